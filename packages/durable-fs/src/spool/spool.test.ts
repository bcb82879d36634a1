import {
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { isRoot, NOBODY, withUmask } from "../testing/as-user.js";
import { countingDisk, faultyDisk } from "../testing/faulty-disk.js";
import { openSpool } from "./spool.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (): string => join(dir, "spool");
const fast = (disk = countingDisk()): ReturnType<typeof openSpool> => openSpool(at(), { disk, durable: false });

describe("openSpool", () => {
  it("keeps entries in capture order, over several handles, whatever the clock does", () => {
    const [one, two] = [fast(), fast()];
    vi.useFakeTimers({ toFake: ["Date"] });
    const names: string[] = [];
    try {
      for (let i = 0; i < 40; i++) {
        if (i === 20) vi.setSystemTime(Date.now() - 3_600_000);
        names.push((i % 2 === 0 ? one : two).put(Buffer.from(String(i))));
      }
    } finally {
      vi.useRealTimers();
    }
    expect(one.list()).toEqual(names.map((name) => ({ name, mark: undefined })));
    expect(names.map((name) => String(two.read(name)))).toEqual(names.map((_, i) => String(i)));
  });

  it("makes nothing before the first put, and says that a missing directory is empty", () => {
    const disk = countingDisk();
    const spool = fast(disk);
    expect([spool.isEmpty(), spool.list(), existsSync(at())]).toEqual([true, [], false]);
    spool.prune();
    expect([...disk.calls.keys()].sort()).toEqual(["readdirSync", "rmdirSync", "statSync"]);
    spool.put(Buffer.from("x"));
    expect(spool.isEmpty()).toBe(false);
  });

  it.each([0o000, 0o077, 0o777])("[H-87] keeps directory and entries private under umask %o", (umask) => {
    if (isRoot) chownSync(dir, NOBODY, NOBODY);
    const name = withUmask(umask, () => openSpool(at()).put(Buffer.from("x")));
    expect([statSync(at()).mode & 0o777, statSync(join(at(), name)).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  it("removes entries, claimed or not, and those that are gone", () => {
    const spool = fast();
    const [a, b] = [spool.put(Buffer.from("a")), spool.put(Buffer.from("b"))];
    spool.claim(b, "7");
    spool.remove(a);
    fast().remove(b);
    spool.remove(a);
    spool.remove(b);
    expect([spool.list(), spool.read(b)]).toEqual([[], undefined]);
  });

  it("finds what a listing missed before an entry it has, and not what came after", () => {
    const writer = fast();
    const names = ["a", "b", "c"].map((text) => writer.put(Buffer.from(text)));
    let listing = 0;
    const base = countingDisk();
    const readdirSync = ((...args: Parameters<typeof base.readdirSync>) => {
      const seen = [[1], [0, 1, 2]][listing++] ?? [];
      const all = base.readdirSync(...args) as unknown as { name: string }[];
      return all.filter(({ name }) => seen.includes(names.indexOf(name)));
    }) as unknown as typeof base.readdirSync;
    const spool = openSpool(at(), { disk: { ...base, readdirSync } });
    expect(spool.list().map(({ name }) => names.indexOf(name))).toEqual([0, 1]);
  });

  it("keeps the first mark, for this handle and for others", () => {
    const [one, two] = [fast(), fast()];
    const name = one.put(Buffer.from("x"));
    expect(one.claim(name, "1024")).toBe("1024");
    expect([one.claim(name, "2048"), two.claim(name, "4096")]).toEqual(["1024", "1024"]);
    expect(two.list()).toEqual([{ name, mark: "1024" }]);
    expect([String(one.read(name)), String(two.read(name)), String(fast().read(name))]).toEqual(["x", "x", "x"]);
    one.remove(name);
    expect([one.claim(name, "1"), two.claim(name, "1")]).toEqual([undefined, undefined]);
  });

  it("syncs a claim, so that no append can outlive its mark", () => {
    const disk = countingDisk();
    const spool = openSpool(at(), { disk });
    const name = spool.put(Buffer.from("x"));
    const before = disk.calls.get("fsyncSync") ?? 0;
    spool.claim(name, "1024");
    expect(disk.calls.get("fsyncSync")).toBe(before + 1);
  });

  it("lists n claimed entries twice to read them all", () => {
    const writer = fast();
    for (let i = 0; i < 20; i++) writer.claim(writer.put(Buffer.from(String(i))), "0");
    const disk = countingDisk();
    const reader = fast(disk);
    expect(reader.list().map(({ name }) => String(reader.read(name)))).toEqual(
      Array.from({ length: 20 }, (_, i) => String(i)),
    );
    expect(disk.calls.get("readdirSync")).toBe(2);
  });

  it("skips links, folders, temporary files and foreign names, and follows none", () => {
    const spool = fast();
    const name = spool.put(Buffer.from("x"));
    const victim = join(dir, "victim");
    writeFileSync(victim, "secret");
    const like = (n: number): string => `000000000000000${n}-1-${"a".repeat(16)}`;
    symlinkSync(victim, join(at(), like(1)));
    mkdirSync(join(at(), like(2)));
    for (const foreign of [
      ".DS_Store",
      `${like(3)}@`,
      `${like(4)}@A/B`.replace("/", ":"),
      `.${like(5)}.1-1.${"a".repeat(24)}.tmp`,
      "notes.txt",
    ]) {
      writeFileSync(join(at(), foreign), "x");
    }
    expect(spool.list()).toEqual([{ name, mark: undefined }]);
    expect(spool.read(like(1))).toBeUndefined();
    spool.remove(like(1));
    expect(readFileSync(victim, "utf8")).toBe("secret");
    spool.remove(name);
    expect(spool.isEmpty()).toBe(true);
  });

  it.skipIf(!isRoot)("does not stop at another user's entry", () => {
    const spool = fast();
    const name = spool.put(Buffer.from("x"));
    chownSync(join(at(), name), NOBODY, NOBODY);
    expect(spool.read(name)).toBeUndefined();
  });

  it.each(["../victim", "", ".", "a/b", "0000000000000001-1-aaaaaaaaaaaaaaaa@x"])("refuses %j as a name", (name) => {
    const usage = expect.objectContaining({ code: "USAGE" });
    expect(() => fast().read(name)).toThrow(usage);
    expect(() => fast().remove(name)).toThrow(usage);
    expect(() => fast().claim(name, "1")).toThrow(usage);
  });

  it.each(["", "a/b", "A", "x".repeat(65), "@"])("refuses %j as a mark", (mark) => {
    const spool = fast();
    expect(() => spool.claim(spool.put(Buffer.from("x")), mark)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  it.each(["openSync", "fsyncSync", "renameSync", "mkdirSync"] as const)(
    "survives a drainer that removes the directory before %s",
    (method) => {
      const drain = (): void => rmSync(at(), { recursive: true, force: true });
      const disk = faultyDisk([1, 2, 3, 4].map((call) => ({ method, call, before: drain })));
      const spool = openSpool(at(), { disk });
      spool.put(Buffer.from("first"));
      const name = spool.put(Buffer.from("second"));
      expect(String(spool.read(name))).toBe("second");
    },
  );

  it("gives up when the directory cannot be kept", () => {
    const disk = faultyDisk([{ method: "renameSync", before: () => rmSync(at(), { recursive: true, force: true }) }]);
    expect(() => openSpool(at(), { disk }).put(Buffer.from("x"))).toThrow(
      expect.objectContaining({ code: "IO_ERROR", errno: "ENOENT" }),
    );
  });

  it("stores once what a drainer took right after the rename", () => {
    let taken = 0;
    const take = (): void => {
      for (const file of readdirSync(at())) rmSync(join(at(), file));
      rmdirSync(at());
      taken++;
    };
    const spool = openSpool(at(), { disk: faultyDisk([{ method: "renameSync", after: take }]) });
    spool.put(Buffer.from("x"));
    expect([taken, spool.isEmpty()]).toEqual([1, true]);
  });

  it("prunes leftovers of the dead and the empty directory, and nothing else", () => {
    const spool = fast();
    const name = spool.put(Buffer.from("x"));
    const killed = openSpool(at(), { disk: faultyDisk([{ method: "renameSync", kill: "before" }]) });
    expect(() => killed.put(Buffer.from("y"))).toThrow();
    spool.prune({ isDead: () => false, minAgeMs: 0 });
    expect(readdirSync(at())).toHaveLength(2);
    spool.prune({ isDead: () => true, minAgeMs: 0 });
    expect(readdirSync(at())).toEqual([name]);
    spool.remove(name);
    spool.prune();
    expect(existsSync(at())).toBe(false);
    expect(String(spool.read(spool.put(Buffer.from("again"))))).toBe("again");
  });

  it("refuses a link in the directory's place", () => {
    mkdirSync(join(dir, "elsewhere"));
    symlinkSync(join(dir, "elsewhere"), at());
    expect(() => openSpool(at()).put(Buffer.from("x"))).toThrow(expect.objectContaining({ code: "UNSAFE_PATH" }));
    expect(readdirSync(join(dir, "elsewhere"))).toEqual([]);
  });
});
