import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeDisk, type Disk } from "../disk.js";
import { isRoot, NOBODY, withUmask } from "../testing/as-user.js";
import { countingDisk, faultyDisk } from "../testing/faulty-disk.js";
import { openStore } from "./open.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const at = (): string => join(dir, "store");
const modeOf = (path: string): number => statSync(path).mode & 0o777;
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe("openStore", () => {
  it("makes a store and opens it again", () => {
    const first = openStore(at());
    expect(first).toMatchObject({ root: at(), format: 1, lock: "directory", warnings: [] });
    expect(new Date(first.created ?? "").toISOString()).toBe(first.created);
    expect(openStore(`${at()}/`).created).toBe(first.created);
    expect(readdirSync(at())).toEqual(["store.json"]);
  });

  it.each([0o000, 0o022, 0o077, 0o777])("[H-87] makes it private under umask %o", (umask) => {
    if (isRoot) chownSync(dir, NOBODY, NOBODY);
    const root = join(dir, "a", "store");
    const { layout } = withUmask(umask, () => openStore(root));
    expect([modeOf(join(dir, "a")), modeOf(root), modeOf(layout.storeFile)]).toEqual([0o700, 0o700, 0o600]);
  });

  it("refuses a folder that holds other files, and leaves it as it was", () => {
    mkdirSync(at());
    chmodSync(at(), 0o755);
    writeFileSync(join(at(), "notes.txt"), "mine");
    expect(() => openStore(at())).toThrow(code("UNSAFE_PATH"));
    expect([modeOf(at()), readdirSync(at())]).toEqual([0o755, ["notes.txt"]]);
  });

  it("finishes a store whose maker died before its store.json", () => {
    mkdirSync(join(at(), "sessions"), { recursive: true });
    chmodSync(at(), 0o700);
    expect(openStore(at()).format).toBe(1);
  });

  it("[H-86] tightens what is ours and readable by others", () => {
    const { layout } = openStore(at());
    chmodSync(at(), 0o755);
    chmodSync(layout.storeFile, 0o644);
    openStore(at());
    expect([modeOf(at()), modeOf(layout.storeFile)]).toEqual([0o700, 0o600]);
  });

  it.each([0o777, 0o770, 0o707, 0o1777])("[H-86] refuses a root of mode %o, which others may have filled", (mode) => {
    mkdirSync(at());
    chmodSync(at(), mode);
    expect(() => openStore(at())).toThrow(code("UNSAFE_PATH"));
    expect([readdirSync(at()), statSync(at()).mode & 0o1777]).toEqual([[], mode]);
  });

  it("refuses a symbolic link, a file, and a relative root", () => {
    mkdirSync(join(dir, "target"), { mode: 0o700 });
    symlinkSync(join(dir, "target"), join(dir, "link"));
    writeFileSync(join(dir, "file"), "x");
    expect(() => openStore(join(dir, "link"))).toThrow(code("UNSAFE_PATH"));
    expect(() => openStore(`${join(dir, "link")}/`)).toThrow(code("UNSAFE_PATH"));
    expect(() => openStore(join(dir, "file"))).toThrow(code("UNSAFE_PATH"));
    expect(() => openStore("relative")).toThrow(code("USAGE"));
    expect(readdirSync(join(dir, "target"))).toEqual([]);
  });

  it.skipIf(!isRoot)("[H-86] refuses another user's root, and another user's store.json", () => {
    const { layout } = openStore(at());
    chownSync(layout.storeFile, NOBODY, NOBODY);
    expect(() => openStore(at())).toThrow(code("UNSAFE_PATH"));
    chownSync(at(), NOBODY, NOBODY);
    expect(() => openStore(at())).toThrow(code("UNSAFE_PATH"));
  });

  it("refuses a linked store.json and leaves its target alone", () => {
    mkdirSync(at(), { mode: 0o700 });
    writeFileSync(join(dir, "victim"), '{"format":1}', { mode: 0o644 });
    symlinkSync(join(dir, "victim"), join(at(), "store.json"));
    expect(() => openStore(at())).toThrow(code("UNSAFE_PATH"));
    rmSync(join(at(), "store.json"));
    symlinkSync(join(dir, "nowhere"), join(at(), "store.json"));
    expect(() => openStore(at())).toThrow(code("UNSAFE_PATH"));
    expect([modeOf(join(dir, "victim")), existsSync(join(dir, "nowhere"))]).toEqual([0o644, false]);
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    "7",
    '"x"',
    "{}",
    '{"format":"1"}',
    '{"format":0}',
    '{"format":1.5}',
    "\0\0\0",
    "[".repeat(60_000),
  ])("reports a damaged store.json (%#) and leaves it as it is", (content) => {
    mkdirSync(at(), { mode: 0o700 });
    const path = join(at(), "store.json");
    writeFileSync(path, content);
    for (const create of [true, false]) {
      expect(() => openStore(at(), { create })).toThrow(
        expect.objectContaining({ code: "STORE_FORMAT", path, found: "damaged" }),
      );
    }
    expect(readFileSync(path, "utf8")).toBe(content);
  });

  it("says where a damaged store.json is to go, and opens the store without it", () => {
    mkdirSync(join(at(), "sessions"), { recursive: true, mode: 0o700 });
    const path = join(at(), "store.json");
    writeFileSync(path, "{");
    let place = "";
    try {
      openStore(at());
    } catch (error) {
      [, place = ""] = /move it to (.+?), outside/.exec(String(error)) ?? [];
    }
    renameSync(path, place);
    expect(openStore(at()).format).toBe(1);
    expect(readFileSync(place, "utf8")).toBe("{");
  });

  it.each([
    '{"format":2,"lock":"directory"}',
    '{"format":1,"lock":"ofd"}',
    '{"format":1,"lock":null,"x":1}'.replace("null", "7"),
  ])("refuses %s of a newer version", (content) => {
    mkdirSync(at(), { mode: 0o700 });
    writeFileSync(join(at(), "store.json"), content);
    expect(() => openStore(at())).toThrow(expect.objectContaining({ code: "STORE_FORMAT", supported: 1 }));
    expect(readFileSync(join(at(), "store.json"), "utf8")).toBe(content);
  });

  it("keeps fields it does not know, and treats __proto__ as one", () => {
    mkdirSync(at(), { mode: 0o700 });
    writeFileSync(join(at(), "store.json"), '{"format":1,"__proto__":{"lock":"x"},"future":true}');
    expect(openStore(at())).toMatchObject({ format: 1, lock: "directory", created: undefined });
  });

  it("makes nothing with create: false", () => {
    expect(openStore(at(), { create: false })).toBeUndefined();
    mkdirSync(at(), { mode: 0o755 });
    expect(openStore(at(), { create: false })).toBeUndefined();
    expect([readdirSync(at()), modeOf(at())]).toEqual([[], 0o755]);
    openStore(at());
    expect(openStore(at(), { create: false })?.format).toBe(1);
  });

  it("opens a made store without writing anything", () => {
    openStore(at());
    const disk = countingDisk();
    openStore(at(), { disk });
    for (const method of ["writeSync", "mkdirSync", "renameSync", "linkSync", "fsyncSync", "fchmodSync"] as const) {
      expect(disk.calls.get(method), method).toBeUndefined();
    }
  });

  it("agrees with a process that makes the store at the same moment, at every step", () => {
    const counts = countingDisk();
    openStore(join(dir, "count"), { disk: counts });
    let races = 0;
    for (const [method, total] of counts.calls) {
      for (let call = 1; call <= total; call++) {
        const root = join(dir, `${method}-${call}`);
        let other: string | undefined;
        const race = (): void => {
          other = openStore(root).created;
        };
        const mine = openStore(root, { disk: faultyDisk([{ method, call, before: race }]) }).created;
        const kept = JSON.parse(readFileSync(join(root, "store.json"), "utf8")) as { created: string };
        expect([mine, other], `${method} #${call}`).toEqual([kept.created, kept.created]);
        expect(readdirSync(root)).toEqual(["store.json"]);
        races++;
      }
    }
    expect(races).toBeGreaterThan(20);
  });

  it("hides itself from Git in a repository, and only there", () => {
    const inside = join(dir, "repo", "deep", ".agentlog");
    mkdirSync(join(dir, "repo", ".git"), { recursive: true });
    expect(readFileSync(join(openStore(inside).root, ".gitignore"), "utf8")).toBe("*\n");
    expect(modeOf(join(inside, ".gitignore"))).toBe(0o600);
    expect(existsSync(join(openStore(join(dir, "repo", "other")).root, ".gitignore"))).toBe(false);
    expect(existsSync(join(openStore(join(dir, "plain", ".agentlog")).root, ".gitignore"))).toBe(false);
    expect(existsSync(join(openStore(join(dir, "told"), { insideRepository: true }).root, ".gitignore"))).toBe(true);
    expect(
      existsSync(join(openStore(join(dir, "repo", "b", ".agentlog"), { insideRepository: false }).root, ".gitignore")),
    ).toBe(false);
  });

  it("knows a worktree's .git file, and keeps a .gitignore that is there", () => {
    const root = join(dir, "worktree", ".agentlog");
    mkdirSync(root, { recursive: true, mode: 0o700 });
    writeFileSync(join(dir, "worktree", ".git"), "gitdir: elsewhere\n");
    writeFileSync(join(root, ".gitignore"), "mine\n");
    openStore(root);
    expect(readFileSync(join(root, ".gitignore"), "utf8")).toBe("mine\n");
  });

  it("sweeps what dead writers left in the root", () => {
    openStore(at());
    const left = join(at(), `.bindings.json.1-1.${"a".repeat(24)}.tmp`);
    writeFileSync(left, "x");
    utimesSync(left, 1, 1);
    openStore(at(), { isDead: () => false });
    expect(existsSync(left)).toBe(true);
    openStore(at(), { isDead: () => true });
    expect(existsSync(left)).toBe(false);
  });

  it("[H-70] [H-86] warns of a network file system and of a parent that others can write to", () => {
    const nfs: Disk = {
      ...nodeDisk,
      statfsSync: (() => ({ type: 0x6969 })) as never,
    };
    if (process.platform === "linux")
      expect(openStore(at(), { disk: nfs }).warnings).toEqual([expect.stringContaining("NFS")]);
    chmodSync(dir, 0o777);
    expect(openStore(at()).warnings).toEqual([expect.stringContaining(dir)]);
    chmodSync(dir, 0o1777);
    expect(openStore(at()).warnings).toEqual([]);
  });
});
