import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  lstatSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAgentlogError } from "@agentlog/types";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { nodeDisk, type Disk } from "../disk.js";
import { currentProcess } from "../process-identity.js";
import { countingDisk, everyFault, faultyDisk } from "../testing/faulty-disk.js";
import { createCasDirectory } from "./cas-directory.js";
import { createDirectoryLock } from "./directory-lock.js";
import { createHolderWatch } from "./holder-watch.js";
import { formatOwnerEntry, parseOwnerEntry, type OwnerEntry } from "./owner-entry.js";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  path = join(dir, "lock");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const deadPid = spawnSync("true").pid;
const entryOf = (owner: Partial<OwnerEntry> = {}): string =>
  formatOwnerEntry({ ...currentProcess(), nonce: "n0", ...owner });
const holdBy = (entry: string): void => {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, entry), "");
};
const take = async (timeoutMs = 100, staleMs = 2_000): Promise<string> =>
  await createDirectoryLock(path, { staleMs }).run(() => "got it", { timeoutMs });

describe("the lock directory", () => {
  it("[DF-1] holds exactly one empty entry, named for its owner, and none once it is free", async () => {
    const lock = createDirectoryLock(path);
    const names: string[] = [];
    for (let round = 0; round < 3; round++) {
      await lock.run(() => {
        const found = readdirSync(path);
        expect(found).toHaveLength(1);
        names.push(present(found.at(0)));
        expect(statSync(join(path, present(found.at(0))))).toMatchObject({ size: 0, mode: 0o100600 });
        expect(parseOwnerEntry(present(found.at(0)))).toMatchObject(currentProcess());
      });
      expect(existsSync(path) ? readdirSync(path) : []).toEqual([]);
    }
    expect(new Set(names).size).toBe(3);
    lock.close();
    expect(readdirSync(dir)).toEqual([]);
    await lock.run(() => expect(statSync(path).mode & 0o777).toBe(0o700));
  });

  it("[DF-1] an empty or a missing directory is free", async () => {
    expect(await take()).toBe("got it");
    rmSync(path, { recursive: true });
    mkdirSync(path);
    expect(await take()).toBe("got it");
  });

  it("[DF-1] a slow evictor cannot remove a fresh hold", () => {
    holdBy(entryOf({ pid: deadPid, startTime: "1" }));
    const [slow, quick] = [createCasDirectory(path, nodeDisk), createCasDirectory(path, nodeDisk)];
    const seen = slow.holder()!;
    quick.evict(quick.holder()!);
    expect(quick.tryTake()).toBe(true);
    slow.evict(seen);
    expect([quick.isOurs(), slow.tryTake()]).toEqual([true, false]);
    expect([quick.release(), slow.tryTake(), quick.release()]).toEqual([true, true, false]);
    expect(slow.isOurs()).toBe(true);
  });

  it("[DF-1] who waits tries once, then looks, and leaves nothing when it gives up", async () => {
    holdBy(entryOf());
    const disk = countingDisk();
    await expect(createDirectoryLock(path, { disk }).run(() => 1, { timeoutMs: 300 })).rejects.toMatchObject({
      code: "LOCK_TIMEOUT",
    });
    expect([disk.calls.get("mkdirSync"), disk.calls.get("openSync")]).toEqual([1, 1]);
    expect(disk.calls.get("renameSync")).toBe(1);
    expect(disk.calls.get("readdirSync")).toBeGreaterThan(5);
    expect(readdirSync(dir)).toEqual(["lock"]);
  });

  it("[DF-1] parses its own names and no others", () => {
    const owner = { ...currentProcess(), nonce: "abc123" };
    expect(parseOwnerEntry(formatOwnerEntry(owner))).toEqual(owner);
    for (const name of [
      "",
      "o1",
      "o2.1.1.aaaaaaaaaaaa.1.x",
      "o1.-1.1.aaaaaaaaaaaa.1.x",
      "o1.NaN.1.aaaaaaaaaaaa.1.x",
      "o1.1.1.aaaaaaaaaaaa.1.",
      "o1.1.1.aaaaaaaaaaaa.1.x/../y",
      "o1.99999999999.1.aaaaaaaaaaaa.1.x",
    ]) {
      expect(parseOwnerEntry(name)).toBeUndefined();
    }
  });
});

describe("whose turn it is to be replaced", () => {
  it.each([
    ["a process that is gone", { pid: deadPid }],
    ["this pid with another start time", { pid: process.pid, startTime: "1" }],
    ["pid 1 with another start time", { pid: 1, startTime: "abc" }],
  ])("[DF-2] [H-56] %s: at once", async (_, owner) => {
    holdBy(entryOf(owner));
    const started = performance.now();
    expect(await take(1_000)).toBe("got it");
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("[DF-2] a dead one also by a caller that takes no wait", async () => {
    holdBy(entryOf({ pid: deadPid }));
    expect(await take(0)).toBe("got it");
  });

  it.each([
    ["this process", {}],
    ["its parent, whose start time is not known", { pid: process.ppid, startTime: "0" }],
  ])("[DF-2] [H-52] %s: never, however old its entry is", (_, owner) => {
    const watch = createHolderWatch({ staleMs: 2_000, disk: nodeDisk, now: () => (now += 200) });
    let now = 0;
    const holder = { name: entryOf(owner), mtimeMs: 0 };
    for (let look = 0; look < 100; look++) expect(watch.mayEvict(holder)).toBe(false);
    expect(watch.describe()).toContain("alive");
  });

  it.each([
    ["another boot", entryOf({ bootId: "0123456789ab" })],
    ["another pid namespace", entryOf({ pidNamespace: "1" })],
    ["pid 0", entryOf({ pid: 0 })],
    ["a pid beyond 2^31", entryOf({ pid: 2 ** 31 + 5 })],
    ["no owner at all", "hello.txt"],
    [".DS_Store", ".DS_Store"],
  ])("[DF-2] [H-56] [H-57] %s: when it was not refreshed for staleMs of this waiter's awake time", (_, name) => {
    let now = 0;
    const watch = createHolderWatch({ staleMs: 2_000, disk: nodeDisk, now: () => now });
    const holder = { name, mtimeMs: 1 };
    expect(watch.mayEvict(holder)).toBe(false);
    for (let at = 100; at < 2_000; at += 100) {
      now = at;
      expect(watch.mayEvict(holder)).toBe(false);
    }
    expect(watch.mayEvict({ name, mtimeMs: 2 })).toBe(false); // refreshed: counts from here again
    for (let step = 1; step < 20; step++) {
      now += 100;
      expect(watch.mayEvict({ name, mtimeMs: 2 })).toBe(false);
    }
    now += 100;
    expect(watch.mayEvict({ name, mtimeMs: 2 })).toBe(true);
    expect(watch.describe()).toBeDefined();
  });

  it("[DF-2] [H-53] an hour asleep is 250 ms", () => {
    let now = 0;
    const watch = createHolderWatch({ staleMs: 2_000, disk: nodeDisk, now: () => now });
    const holder = { name: entryOf({ bootId: "0123456789ab" }), mtimeMs: 1 };
    watch.mayEvict(holder);
    for (let nap = 1; nap < 8; nap++) {
      now += 3_600_000;
      expect(watch.mayEvict(holder)).toBe(false);
    }
  });

  it("[DF-2] [H-56] never signals a process group: pids 0, -1 and beyond are only looked up", () => {
    const kill = vi.spyOn(process, "kill");
    try {
      for (const pid of [0, 2 ** 31, 4_294_967_295]) {
        const watch = createHolderWatch({ staleMs: 2_000, disk: nodeDisk, now: () => 0 });
        watch.mayEvict({ name: entryOf({ pid }), mtimeMs: 0 });
      }
      for (const [pid, signal] of kill.mock.calls) expect([pid > 0, signal]).toEqual([true, 0]);
    } finally {
      kill.mockRestore();
    }
  });

  it("[DF-2] [H-55] the wall clock plays no part: an hour forward, an hour back, 1970, 2046", async () => {
    holdBy(entryOf());
    vi.useFakeTimers({ toFake: ["Date"] });
    try {
      const begin = Date.now();
      for (const time of [begin + 3_600_000, begin - 3_600_000, 0, begin + 20 * 365 * 86_400_000]) {
        vi.setSystemTime(time);
        await expect(take(60)).rejects.toMatchObject({ code: "LOCK_TIMEOUT" });
      }
      rmSync(path, { recursive: true });
      holdBy(entryOf({ pid: deadPid }));
      vi.setSystemTime(begin - 3_600_000);
      expect(await take(1_000)).toBe("got it");
      await createDirectoryLock(path).run(async (held) => {
        vi.setSystemTime(begin + 3_600_000);
        await new Promise((resolve) => setTimeout(resolve, 20));
        expect(held.stillHeld()).toBe(true);
      });
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("what does not belong there", () => {
  it("[DF-1] [H-58] a file in the lock directory is passed after staleMs; a folder is an error that says so, not an endless wait", async () => {
    const wait = { timeoutMs: 4_000 };
    const files = [".DS_Store", "notes.txt"].map(async (junk) => {
      const place = join(dir, `of ${junk}`);
      mkdirSync(place);
      writeFileSync(join(place, junk), "");
      const lock = createDirectoryLock(place, { staleMs: 2_000 });
      const holder = expect.stringContaining(junk) as string;
      await expect(lock.run(() => 1, { timeoutMs: 100 })).rejects.toMatchObject({ code: "LOCK_TIMEOUT", holder });
      expect(await lock.run(() => "got it", wait)).toBe("got it");
      expect(await lock.run(() => "and again", { timeoutMs: 0 })).toBe("and again");
    });
    mkdirSync(join(path, "folder"), { recursive: true });
    const folder = createDirectoryLock(path, { staleMs: 2_000 }).run(() => 1, wait);
    await Promise.all([...files, expect(folder).rejects.toMatchObject({ code: "UNSAFE_PATH", path })]);
  });

  it.each([
    ["a file", () => writeFileSync(path, "")],
    ["a symbolic link to a directory", () => (mkdirSync(join(dir, "real")), symlinkSync(join(dir, "real"), path))],
    ["a dangling symbolic link", () => symlinkSync(join(dir, "nowhere"), path)],
  ])(
    "[DF-1] [H-58] a lock path that is %s is UNSAFE_PATH; nothing is made where it leads, nothing is left behind",
    async (_, make) => {
      make();
      const before = readdirSync(dir);
      const lock = createDirectoryLock(path);
      await expect(lock.run(() => 1)).rejects.toMatchObject({ code: "UNSAFE_PATH", path });
      expect(() => lock.runSync(() => 1)).toThrow(expect.objectContaining({ code: "UNSAFE_PATH" }));
      expect(readdirSync(dir)).toEqual(before);
      if (before.includes("real")) expect(readdirSync(join(dir, "real"))).toEqual([]);
    },
  );

  it("[DF-1] a missing parent is IO_ERROR", async () => {
    await expect(createDirectoryLock(join(dir, "no", "lock")).run(() => 1)).rejects.toMatchObject({
      code: "IO_ERROR",
      errno: "ENOENT",
    });
  });
});

describe("a lock that is lost", () => {
  it.each([
    ["deleted", () => rmSync(path, { recursive: true })],
    ["emptied", () => rmSync(join(path, present(readdirSync(path).at(0))))],
    ["taken by another", () => (rmSync(path, { recursive: true }), holdBy("o1.1.1.aaaaaaaaaaaa.1.x"))],
    ["replaced by a file", () => (rmSync(path, { recursive: true }), writeFileSync(path, ""))],
    ["replaced by a link", () => (rmSync(path, { recursive: true }), symlinkSync("lock", path))],
  ])(
    "[DF-3] [H-58] %s while it is held: stillHeld says no, critical ends as it would, nothing of another's is removed",
    async (_, lose) => {
      const look = (held: { stillHeld(): boolean }): readonly boolean[] => {
        const before = held.stillHeld();
        lose();
        return [before, held.stillHeld()];
      };
      expect(await createDirectoryLock(path).run(look)).toEqual([true, false]);
      if (lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true && readdirSync(path).length > 0) {
        expect(readdirSync(path)).toEqual(["o1.1.1.aaaaaaaaaaaa.1.x"]);
      }
    },
  );

  it("[DF-3] is noticed by the refresh, without an error thrown from a timer", async () => {
    const result = await createDirectoryLock(path, { staleMs: 2_000 }).run(async (held) => {
      rmSync(path, { recursive: true });
      await new Promise((resolve) => setTimeout(resolve, 1_200));
      mkdirSync(path);
      return held.stillHeld();
    });
    expect(result).toBe(false);
    expect(await take(0)).toBe("got it");
  });

  it("[DF-2] is refreshed while it is held", async () => {
    await createDirectoryLock(path, { staleMs: 2_000 }).run(async () => {
      const entry = join(path, present(readdirSync(path).at(0)));
      const { mtimeMs } = statSync(entry);
      await new Promise((resolve) => setTimeout(resolve, 1_300));
      expect(statSync(entry).mtimeMs).toBeGreaterThan(mtimeMs);
    });
  });
});

describe("a disk that fails", () => {
  it.each([
    ["mkdirSync", "ENOSPC"],
    ["mkdirSync", "EACCES"],
    ["mkdirSync", "EROFS"],
    ["openSync", "ENOSPC"],
    ["openSync", "EMFILE"],
    ["renameSync", "EACCES"],
  ] as const)(
    "[DF-1] [H-59] [H-60] %s %s is IO_ERROR at once, not 'held', and leaves nothing",
    async (method, errno) => {
      const lock = createDirectoryLock(path, { disk: faultyDisk([{ method, errno }]) });
      const started = performance.now();
      await expect(lock.run(() => 1, { timeoutMs: 3_000 })).rejects.toMatchObject({ code: "IO_ERROR", errno });
      expect(performance.now() - started).toBeLessThan(5_000);
      expect(readdirSync(dir)).toEqual([]);
    },
  );

  it("[DF-3] each call failed in turn: critical ran or did not, every error is ours, and the next one gets the lock", async () => {
    const counts = countingDisk();
    await createDirectoryLock(path, { disk: counts }).run((held) => held.stillHeld());
    const wrong: string[] = [];
    for (const fault of everyFault(counts, ["EIO", "EACCES"])) {
      rmSync(path, { recursive: true, force: true });
      const at = `${fault.method} ${fault.call} ${fault.errno}`;
      const disk = faultyDisk([fault]);
      const lock = createDirectoryLock(path, { disk });
      const result: unknown = await lock
        .run((held) => held.stillHeld(), { timeoutMs: 30 })
        .catch((error: unknown) => error);
      if (result instanceof Error && !isAgentlogError(result)) wrong.push(`${at}: ${result.message}`);
      // One failed call must not keep the lock for as long as this process lives.
      const next: unknown = await createDirectoryLock(path)
        .run(() => "free", { timeoutMs: 50 })
        .catch(() => "held for ever");
      if (next !== "free") wrong.push(`${at}: ${String(next)}`);
    }
    expect(wrong).toEqual([]);
  });

  it("[DF-3] what critical returned is not lost when giving the lock back fails", async () => {
    const disk: Disk = {
      ...nodeDisk,
      unlinkSync: () => {
        throw Object.assign(new Error("EIO"), { code: "EIO", syscall: "unlink" });
      },
    };
    const lock = createDirectoryLock(path, { disk });
    let ran = 0;
    const result: unknown = await lock.run(() => ++ran).catch((error: unknown) => error);
    expect([ran, result]).toEqual([1, 1]);
  });
});

/** A value that a test knows to be there. */
function present<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error("nothing there");
  return value;
}
