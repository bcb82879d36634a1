import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { nodeDisk, type Disk } from "../disk.js";
import { currentProcess } from "../process-identity.js";
import { asUser, isRoot, NOBODY } from "../testing/as-user.js";
import { countingDisk, faultyDisk } from "../testing/faulty-disk.js";
import { createDirectoryLock } from "./directory-lock.js";
import { formatOwnerEntry, type OwnerEntry } from "./owner-entry.js";

/** What somebody, or a failing disk, puts in a lock's way. */

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
const holdBy = (entry: string, at = path): void => {
  mkdirSync(at, { recursive: true });
  writeFileSync(join(at, entry), "");
};
const named = (text: string): object => ({ code: "LOCK_TIMEOUT", holder: expect.stringContaining(text) as string });
const codeOf = (run: () => unknown): unknown => {
  try {
    return run();
  } catch (error) {
    const { code, errno } = error as { readonly code?: string; readonly errno?: string };
    return errno === undefined ? code : `${code} ${errno}`;
  }
};
/** As somebody whom modes stop: not root. */
const asOrdinary = <T>(run: () => T): T => {
  if (!isRoot) return run();
  chownSync(dir, NOBODY, NOBODY);
  return asUser(NOBODY, run);
};

describe("what the dead left beside a lock", () => {
  it("[H-51] a thousand private directories are swept with one listing and a few calls each", () => {
    for (let n = 0; n < 1_000; n++) {
      const entry = entryOf({ pid: deadPid, startTime: "1", nonce: `n${n}` });
      mkdirSync(`${path}.${entry}`);
      // Half of them died before they had made their entry.
      if (n % 2 === 0) writeFileSync(join(`${path}.${entry}`, entry), "");
    }
    const disk = countingDisk();
    const lock = createDirectoryLock(path, { disk });
    expect(lock.runSync(() => "got it", { timeoutMs: 0 })).toBe("got it");
    expect(disk.calls.get("readdirSync") ?? 0).toBe(0);
    lock.sweep();
    expect(readdirSync(dir).filter((name) => name !== "lock")).toEqual([]);
    expect(disk.calls.get("readdirSync")).toBe(1);
    expect(disk.calls.get("rmdirSync")).toBe(1_000);
    expect([...disk.calls.values()].reduce((sum, calls) => sum + calls, 0)).toBeLessThan(1_000 * 8);
  });
});

/** Those that wait for staleMs, together. */
describe.concurrent("with patience", () => {
  let root: string;
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), "agentlog-"));
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  const unknown = {
    "pid 0": entryOf({ pid: 0 }),
    "pid -1": "o1.-1.1.aaaaaaaaaaaa.1.x",
    "pid 2^31": entryOf({ pid: 2 ** 31 }),
    "pid NaN": "o1.NaN.1.aaaaaaaaaaaa.1.x",
    "a pid of text": "o1.root.1.aaaaaaaaaaaa.1.x",
    "a pid that is a path": "o1.1%2f..%2f..1.aaaaaaaaaaaa.1.x",
    "a name that is no entry": "x".repeat(255),
    "a name of control characters": "\u001b[2J\n\u202e",
    "another boot, or host": entryOf({ bootId: "0123456789ab" }),
    "another pid namespace": entryOf({ pidNamespace: "1" }),
  };

  it("[H-56] [H-57] an entry that tells of nobody who can be known is waited for, never signalled, and replaced after staleMs", async () => {
    const folder = mkdtempSync(join(root, "entries-"));
    const kill = vi.spyOn(process, "kill");
    try {
      const outcomes = Object.entries(unknown).map(async ([name, entry], n) => {
        const at = join(folder, `lock-${n}`);
        holdBy(entry, at);
        const lock = createDirectoryLock(at, { staleMs: 2_000 });
        const early = await lock.run(() => "robbed", { timeoutMs: 300 }).catch((error: unknown) => error);
        expect(early, name).toMatchObject({ code: "LOCK_TIMEOUT", message: expect.not.stringContaining("\n") });
        expect(await lock.run(() => "got it", { timeoutMs: 30_000 }), name).toBe("got it");
      });
      await Promise.all(outcomes);
      for (const [pid, signal] of kill.mock.calls) expect([pid > 0, signal]).toEqual([true, 0]);
    } finally {
      kill.mockRestore();
    }
  });

  it("[H-58] a lock directory replaced by a folder with things in it while it is held: lost, and then an error; nothing in it is touched", async () => {
    const path = join(mkdtempSync(join(root, "replaced-")), "lock");
    const precious = join(path, "folder", "precious");
    const lock = createDirectoryLock(path, { staleMs: 2_000 });
    const held = await lock.run((hold) => {
      rmSync(path, { recursive: true });
      mkdirSync(join(path, "folder"), { recursive: true });
      writeFileSync(precious, "");
      return hold.stillHeld();
    });
    expect(held).toBe(false);
    await expect(lock.run(() => 1, { timeoutMs: 100 })).rejects.toMatchObject(named('"folder"'));
    await expect(lock.run(() => 1, { timeoutMs: 20_000 })).rejects.toMatchObject({ code: "UNSAFE_PATH", path });
    expect(existsSync(precious)).toBe(true);
  });

  it("[H-60] a look at a living holder that fails for want of descriptors does not make it one that may be robbed", async () => {
    const path = join(mkdtempSync(join(root, "blind-")), "lock");
    holdBy(entryOf({ pid: process.ppid, startTime: "0" }), path);
    const blind: Disk = {
      ...nodeDisk,
      readFileSync: ((file: string, options: object) => {
        if (file !== `/proc/${process.ppid}/stat`) return nodeDisk.readFileSync(file, options);
        throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
      }) as Disk["readFileSync"],
    };
    const lock = createDirectoryLock(path, { disk: blind, staleMs: 2_000 });
    await expect(lock.run(() => "robbed", { timeoutMs: 2_600 })).rejects.toMatchObject({ code: "LOCK_TIMEOUT" });
  });
});

describe("an entry that somebody made up", () => {
  it.each([
    ["pid 1", { pid: 1, startTime: "1" }],
    ["this process", { startTime: "1" }],
    ["its parent", { pid: process.ppid, startTime: "1" }],
  ])("[H-56] with the pid of %s and another start time is replaced at once: that pid was used again", (_, owner) => {
    holdBy(entryOf(owner));
    expect(createDirectoryLock(path).runSync(() => "got it", { timeoutMs: 0 })).toBe("got it");
  });

  it("[H-56] of a process that lives is left alone, whatever it is: pid 1, this one's parent", () => {
    for (const pid of [1, process.ppid]) {
      holdBy(entryOf({ pid, startTime: "0" }));
      const lock = createDirectoryLock(path, { staleMs: 2_000 });
      expect(() => lock.runSync(() => 1, { timeoutMs: 100 })).toThrow(
        expect.objectContaining(named(`process ${pid} (alive)`)),
      );
      rmSync(path, { recursive: true });
    }
  });

  it("[H-57] of a host without a boot id of its own, told by its name, is not taken for one of this host", () => {
    const nameless: Disk = {
      ...nodeDisk,
      readFileSync: ((file: string, options: object) => {
        if (!file.endsWith("boot_id")) return nodeDisk.readFileSync(file, options);
        throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
      }) as Disk["readFileSync"],
    };
    holdBy(entryOf({ pid: deadPid, startTime: "1" }));
    const lock = createDirectoryLock(path, { disk: nameless, staleMs: 2_000 });
    expect(() => lock.runSync(() => 1, { timeoutMs: 100 })).toThrow(
      expect.objectContaining(named("another machine or container")),
    );
  });
});

describe("a lock directory", () => {
  it("[H-58] with ten thousand entries is LOCK_TIMEOUT within the wait, naming one of them", async () => {
    mkdirSync(path);
    writeFileSync(join(path, "junk-0"), "");
    for (let n = 1; n < 10_000; n++) linkSync(join(path, "junk-0"), join(path, `junk-${n}`));
    const lock = createDirectoryLock(path);
    await expect(lock.run(() => 1, { timeoutMs: 200 })).rejects.toMatchObject(named('"junk-'));
    expect(() => lock.runSync(() => 1, { timeoutMs: 0 })).toThrow(expect.objectContaining(named('"junk-')));
    expect(readdirSync(path)).toHaveLength(10_000);
  });

  it("[H-58] that cannot be read is IO_ERROR when somebody holds it, and taken when it is empty", () => {
    holdBy(entryOf({ pid: deadPid, startTime: "1" }));
    if (isRoot) chownSync(path, NOBODY, NOBODY);
    chmodSync(path, 0);
    const lock = createDirectoryLock(path);
    const take = (): unknown => lock.runSync(() => "got it", { timeoutMs: 100 });
    expect(asOrdinary(() => codeOf(take))).toBe("IO_ERROR EACCES");
    chmodSync(path, 0o700);
    for (const name of readdirSync(path)) rmSync(join(path, name));
    chmodSync(path, 0);
    expect(asOrdinary(() => codeOf(take))).toBe("got it");
  });
});

describe("the parent of a lock directory", () => {
  it("[H-59] that is read-only is IO_ERROR, and nothing is left in it", () => {
    if (isRoot) chownSync(dir, NOBODY, NOBODY);
    chmodSync(dir, 0o500);
    const lock = createDirectoryLock(path);
    expect(asOrdinary(() => codeOf(() => lock.runSync(() => 1)))).toBe("IO_ERROR EACCES");
    chmodSync(dir, 0o700);
    expect(readdirSync(dir)).toEqual([]);
    expect(lock.runSync(() => "got it")).toBe("got it");
  });

  it.each([
    ["deleted", (parent: string) => rmSync(parent, { recursive: true })],
    ["renamed", (parent: string) => renameSync(parent, `${parent}.moved`)],
  ])(
    "[H-59] that is %s while the lock is held: lost, then IO_ERROR, and free when it is there again",
    async (_, lose) => {
      const parent = join(dir, "store");
      mkdirSync(parent);
      const lock = createDirectoryLock(join(parent, "lock"));
      const looks = await lock.run((held) => {
        const before = held.stillHeld();
        lose(parent);
        return [before, held.stillHeld()];
      });
      expect(looks).toEqual([true, false]);
      await expect(lock.run(() => 1)).rejects.toMatchObject({ code: "IO_ERROR", errno: "ENOENT" });
      expect(codeOf(() => lock.runSync(() => 1))).toBe("IO_ERROR ENOENT");
      mkdirSync(parent);
      expect(lock.runSync(() => "got it", { timeoutMs: 0 })).toBe("got it");
    },
  );

  it("[H-59] that is renamed while the lock is held, and back after it was given back: free", async () => {
    const parent = join(dir, "store");
    mkdirSync(parent);
    const lock = createDirectoryLock(join(parent, "lock"));
    await lock.run(() => renameSync(parent, `${parent}.moved`));
    renameSync(`${parent}.moved`, parent);
    expect(codeOf(() => lock.runSync(() => "got it", { timeoutMs: 100 }))).toBe("got it");
  });
});

describe("a disk that has no more of something", () => {
  const errnos = ["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EIO", "EROFS", "ENAMETOOLONG", "ENOMEM"];

  it.each(["mkdirSync", "openSync", "closeSync", "renameSync"] as const)(
    "[H-59] [H-60] at %s is IO_ERROR with its errno at once, not a lock that is held; then it goes on",
    async (method) => {
      for (const errno of errnos) {
        const disk = faultyDisk([1, 2].map((call) => ({ method, call, errno })));
        const lock = createDirectoryLock(path, { disk });
        await expect(lock.run(() => 1, { timeoutMs: 30_000 })).rejects.toMatchObject({ code: "IO_ERROR", errno });
        expect(codeOf(() => lock.runSync(() => 1, { timeoutMs: 30_000 }))).toBe(`IO_ERROR ${errno}`);
        expect(readdirSync(dir), errno).toEqual([]);
        expect(lock.runSync(() => "got it", { timeoutMs: 0 })).toBe("got it");
        rmSync(path, { recursive: true });
      }
    },
  );

  it("[H-60] a path whose private directory would have too long a name is IO_ERROR, with nothing left", async () => {
    const lock = createDirectoryLock(join(dir, "n".repeat(250)));
    await expect(lock.run(() => 1)).rejects.toMatchObject({ code: "IO_ERROR", errno: "ENAMETOOLONG" });
    expect(readdirSync(dir)).toEqual([]);
  });
});
