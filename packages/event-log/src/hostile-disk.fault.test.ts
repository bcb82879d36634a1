import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type Disk, nodeDisk } from "@agentlog/durable-fs";
import { countingDisk, everyFault, type Fault, faultyDisk } from "@agentlog/durable-fs/testing";
import { isAgentlogError } from "@agentlog/types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog, type EventLogOptions, type NewLogEvent } from "./index.js";

/** Disks that are full, broken, read-only, remote or coarse. */

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "log", "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const note = (n: unknown): NewLogEvent => ({ type: "note.taken", data: { n } });
const numbers = async (at = file): Promise<unknown[]> =>
  (await openEventLog(at).readAll()).events.map(({ data }) => (data as { n: unknown }).n);
const errorOf = async (run: () => Promise<unknown>): Promise<unknown> =>
  await run().then(
    () => undefined,
    (error: unknown) => error,
  );

const canMount = process.platform === "linux" && process.geteuid?.() === 0;
const noMount = canMount ? "" : " (skipped: mounting needs root on Linux)";
const mount = (...args: readonly string[]): boolean => spawnSync("mount", args, { stdio: "ignore" }).status === 0;
async function mounted(folder: string, args: readonly string[], run: () => Promise<void>): Promise<void> {
  mkdirSync(folder, { recursive: true });
  expect(mount(...args, folder)).toBe(true);
  try {
    await run();
  } finally {
    spawnSync("umount", ["--lazy", folder]);
  }
}

describe("a disk that has no more of something, or fails", () => {
  const errnos = ["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EIO", "EROFS", "ENAMETOOLONG", "ENOMEM"];

  it("[H-60] [H-66] [H-68] at any call, with any errno: an error of ours or an acknowledged event, and then it goes on", async () => {
    const wrong: string[] = [];
    const prepare = async (): Promise<void> => {
      rmSync(join(dir, "log"), { recursive: true, force: true });
      await openEventLog(file).append(note("before"));
    };
    await prepare();
    const counts = countingDisk();
    await openEventLog(file, { disk: counts, durability: "disk" }).append(note("x"));
    // Each errno at every eighth call: which of them it is makes no difference but in the error.
    const faults = everyFault(counts, ["EIO"]).map((fault, n) => ({ ...fault, errno: errnos[n % errnos.length]! }));
    for (const fault of faults) {
      const at = `${fault.method} ${fault.call} ${fault.errno}`;
      await prepare();
      const log = openEventLog(file, { disk: faultyDisk([fault]), durability: "disk", lockTimeoutMs: 200 });
      const error = await errorOf(() => log.append({ ...note("x"), id: "x" }));
      const there = (await numbers()).filter((n) => n === "x").length;
      if (error === undefined ? there !== 1 : there !== 0 && !isAgentlogError(error, "DURABILITY_UNKNOWN"))
        wrong.push(`${at}: ${String(error)}, and it is there ${there} times`);
      if (error !== undefined && !isAgentlogError(error)) wrong.push(`${at}: no error of ours`);
      if (isAgentlogError(error, "IO_ERROR") && error.errno !== fault.errno) wrong.push(`${at}: ${error.errno}`);
      if (isAgentlogError(error, "LOCK_TIMEOUT")) wrong.push(`${at}: taken for a lock that is held`);
      // The same handle, unless it is poisoned; and another.
      if (!isAgentlogError(error, "DURABILITY_UNKNOWN")) await log.append(note("again"));
      await openEventLog(file, { lockTimeoutMs: 0 }).append(note("after"));
      if ((await numbers()).at(-1) !== "after") wrong.push(`${at}: does not go on`);
    }
    expect(wrong).toEqual([]);
  });

  it.each<[string, Fault["method"]]>([
    ["the lock's directory", "mkdirSync"],
    ["the lock's entry", "openSync"],
    ["the lock's rename", "renameSync"],
  ])(
    "[H-66] full for %s alone: an error that says so, the log as it was; with room again it goes on",
    async (_, method) => {
      await openEventLog(file).append(note("before"));
      const bytes = statSync(file).size;
      const full: Disk = {
        ...nodeDisk,
        [method]: (path: string, ...rest: []) => {
          if (isFull && path.includes(".lock"))
            throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC", syscall: "x" });
          return (nodeDisk[method] as (...args: unknown[]) => unknown)(path, ...rest);
        },
      };
      let isFull = true;
      const log = openEventLog(file, { disk: full, lockTimeoutMs: 30_000 });
      expect(await errorOf(() => log.append(note("full")))).toMatchObject({ code: "IO_ERROR", errno: "ENOSPC" });
      expect(statSync(file).size).toBe(bytes);
      isFull = false;
      await log.append(note("after"));
      expect(await numbers()).toEqual(["before", "after"]);
    },
  );

  it("[H-66] full for the spool too: the event whose wait is over is refused, not told to be safe", async () => {
    const disk = faultyDisk([
      { method: "renameSync", errno: "ENOTEMPTY" },
      { method: "writeSync", errno: "ENOSPC" },
    ]);
    const log = openEventLog(file, { disk, lockTimeoutMs: 0, onLockTimeout: "spool" });
    expect(await errorOf(() => log.append(note("x")))).toMatchObject({ code: "IO_ERROR", errno: "ENOSPC" });
    expect(await numbers()).toEqual([]);
    await openEventLog(file).append(note("after"));
    expect(await numbers()).toEqual(["after"]);
  });

  it.skipIf(!canMount)(`[H-60] without inodes left: an error, and with one free it goes on${noMount}`, async () => {
    const folder = join(dir, "small");
    await mounted(folder, ["-t", "tmpfs", "-o", "size=1m,nr_inodes=12,mode=0700", "tmpfs"], async () => {
      const at = join(folder, "events.jsonl");
      const log = openEventLog(at);
      await log.append(note("before"));
      const fillers: string[] = [];
      for (;;) {
        try {
          writeFileSync(join(folder, `filler-${fillers.length}`), "");
          fillers.push(join(folder, `filler-${fillers.length}`));
        } catch {
          break;
        }
      }
      expect(await errorOf(() => openEventLog(at).append(note("full")))).toMatchObject({
        code: "IO_ERROR",
        errno: "ENOSPC",
      });
      for (const filler of fillers) rmSync(filler);
      await log.append(note("after"));
      expect(await numbers(at)).toEqual(["before", "after"]);
    });
  });
});

describe("EIO", () => {
  const open = (plan: readonly Fault[], options: EventLogOptions = {}) => {
    const disk = faultyDisk(plan);
    return { disk, log: openEventLog(file, { disk, durability: "disk", ...options }) };
  };

  it("[H-68] on the write: refused, not there", async () => {
    const { log } = open([{ method: "writeSync", call: 1, errno: "EIO" }]);
    await expect(log.append(note("x"))).rejects.toMatchObject({ code: "IO_ERROR", errno: "EIO" });
    expect(await numbers()).toEqual([]);
  });

  it.each([1, 5])(
    "[H-68] on fdatasync %i: not acknowledged, and no later event is, whatever the disk says then",
    async (call) => {
      const { log, disk } = open([{ method: "fdatasyncSync", call, errno: "EIO" }]);
      for (let n = 1; n < call; n++) await log.append(note(n));
      for (const n of ["x", "y"])
        await expect(log.append(note(n))).rejects.toMatchObject({ code: "DURABILITY_UNKNOWN" });
      expect(() => log.appendSync(note("z"))).toThrow(expect.objectContaining({ code: "DURABILITY_UNKNOWN" }));
      expect(disk.calls.get("fdatasyncSync")).toBe(call);
      expect(await numbers()).not.toContain("y");
    },
  );

  it("[H-68] on the sync of the directory that the log is new in: not acknowledged", async () => {
    const counts = countingDisk();
    await openEventLog(file, { disk: counts, durability: "disk" }).append(note("counted"));
    expect(counts.calls.get("fsyncSync")).toBeGreaterThan(2);
    for (let call = 1; call <= counts.calls.get("fsyncSync")!; call++) {
      rmSync(join(dir, "log"), { recursive: true });
      const { log } = open([{ method: "fsyncSync", call, errno: "EIO" }]);
      expect(isAgentlogError(await errorOf(() => log.append(note("x")))), String(call)).toBe(true);
      expect(await numbers(), String(call)).toEqual([]);
      await log.append(note("again"));
      expect(await numbers(), String(call)).toEqual(["again"]);
    }
  });

  it("[H-68] on close: what was acknowledged was synced before, and is there", async () => {
    const { log, disk } = open([{ method: "closeSync", errno: "EIO" }]);
    const appended = await errorOf(() => log.append(note("x")));
    await log.close();
    expect(disk.fired.length).toBeGreaterThan(0);
    // The lock's own file can be all that was closed.
    if (appended !== undefined) expect(appended).toMatchObject({ code: "IO_ERROR", errno: "EIO" });
    expect(await numbers()).toEqual(appended === undefined ? ["x"] : []);
  });

  it("[H-68] on the rename of a repair: the log as it was", async () => {
    await openEventLog(file).append(note("before"));
    writeFileSync(file, "damage\n", { flag: "a" });
    const bytes = statSync(file).size;
    const counts = countingDisk();
    await openEventLog(file, { disk: counts }).repair({ dryRun: true });
    const disk = faultyDisk([{ method: "renameSync", errno: "EIO" }]);
    expect(isAgentlogError(await errorOf(() => openEventLog(file, { disk }).repair()))).toBe(true);
    expect(statSync(file).size).toBe(bytes);
    await openEventLog(file).repair();
    expect(await numbers()).toEqual(["before"]);
  });
});

describe("a write of which little is taken", () => {
  it("[H-67] of 0 bytes, 1, or all but one, time and again: an error, nothing acknowledged; then it goes on", async () => {
    for (const short of [0, 1, -1]) {
      rmSync(join(dir, "log"), { recursive: true, force: true });
      await openEventLog(file).append(note("before"));
      let isShort = true;
      const disk: Disk = {
        ...nodeDisk,
        writeSync: ((fd: number, bytes: Buffer, offset: number, length: number) =>
          nodeDisk.writeSync(
            fd,
            bytes,
            offset,
            isShort ? (short < 0 ? length + short : short) : length,
          )) as Disk["writeSync"],
      };
      const log = openEventLog(file, { disk, durability: "disk" });
      await expect(log.append(note("x"))).rejects.toMatchObject({ code: "IO_ERROR", path: file });
      expect(await numbers()).toEqual(["before"]);
      isShort = false;
      await log.append(note("after"));
      expect(await numbers(), String(short)).toEqual(["before", "after"]);
    }
  });
});

describe("a file system of another kind", () => {
  /** Times in whole two seconds, as FAT keeps them. */
  const coarse = (): Disk => {
    const round = (stats: object | undefined): unknown => {
      if (stats === undefined) return undefined;
      const { mtimeMs } = stats as { mtimeMs: number };
      return Object.assign(Object.create(stats) as object, { mtimeMs: Math.floor(mtimeMs / 2_000) * 2_000 });
    };
    const rounded =
      (method: "fstatSync" | "lstatSync" | "statSync") =>
      (...args: unknown[]) =>
        round((nodeDisk[method] as (...all: unknown[]) => object | undefined)(...args));
    return {
      ...nodeDisk,
      fstatSync: rounded("fstatSync") as Disk["fstatSync"],
      lstatSync: rounded("lstatSync") as Disk["lstatSync"],
      statSync: rounded("statSync") as Disk["statSync"],
    };
  };

  it("[H-71] with times of two seconds: several writers and a follower miss nothing, and a cut is noticed", async () => {
    const logs = [openEventLog(file, { disk: coarse() }), openEventLog(file, { disk: coarse() })];
    await logs[0]!.append(note(0));
    const followed: unknown[] = [];
    const stop = new AbortController();
    const following = (async () => {
      for await (const { data } of logs[1]!.follow({ signal: stop.signal, pollMs: 10 })) {
        followed.push((data as { n: unknown }).n);
        if (followed.length === 40) stop.abort();
      }
    })();
    for (let n = 1; n < 40; n++) await logs[n % 2]!.append(note(n));
    await following;
    expect(followed).toEqual(Array.from({ length: 40 }, (_, n) => n));
    truncateSync(file, statSync(file).size - 10);
    await expect(logs[1]!.append(note("x"))).rejects.toMatchObject({ code: "LOG_REPLACED" });
  });

  it.skipIf(!canMount)(
    `[H-71] mounted read-only: read as ever, an append is IO_ERROR, nothing hangs${noMount}`,
    async () => {
      await openEventLog(file).appendMany([note(1), note(2)]);
      const view = join(dir, "view");
      await mounted(view, ["-o", "bind,ro", join(dir, "log")], async () => {
        const at = join(view, "events.jsonl");
        const log = openEventLog(at);
        expect(await numbers(at)).toEqual([1, 2]);
        expect(log.stat().lastSeq).toBe(1);
        expect((await log.verify()).ok).toBe(true);
        const refused = { code: "IO_ERROR", errno: "EROFS" };
        await expect(log.append(note(3))).rejects.toMatchObject(refused);
        expect(() => log.appendSync(note(3))).toThrow(expect.objectContaining(refused));
        await expect(log.repair()).rejects.toMatchObject(refused);
        const spooling = openEventLog(at, { onLockTimeout: "spool", lockTimeoutMs: 0 });
        await expect(spooling.append(note(3))).rejects.toMatchObject(refused);
      });
      expect(readdirSync(join(dir, "log")).filter((name) => name !== "events.jsonl.lock")).toEqual(["events.jsonl"]);
      await openEventLog(file).append(note(3));
      expect(await numbers()).toEqual([1, 2, 3]);
    },
  );

  it.skipIf(!canMount)(`[H-71] [H-61] mounted noatime, and through two mounts at once: one log${noMount}`, async () => {
    await openEventLog(file).append(note(0));
    const view = join(dir, "view");
    await mounted(view, ["-o", "bind,noatime", join(dir, "log")], async () => {
      const logs = [openEventLog(file), openEventLog(join(view, "events.jsonl"))];
      for (let n = 1; n < 20; n++) expect((await logs[n % 2]!.append(note(n))).seq).toBe(n);
      await Promise.all(Array.from({ length: 20 }, async (_, n) => await logs[n % 2]!.append(note(20 + n))));
    });
    expect(new Set(await numbers()).size).toBe(40);
    expect((await openEventLog(file).verify()).ok).toBe(true);
  });

  const image = canMount ? caselessImage() : undefined;
  const noCaseless = image === undefined ? " (skipped: no ext4 without case can be made and mounted here)" : "";
  it.skipIf(image === undefined)(
    `[H-71] where case does not count: two spellings are one log${noCaseless}`,
    async () => {
      await mounted(join(dir, "caseless"), ["-o", "loop", image!], async () => {
        const folder = join(dir, "caseless", "folder");
        mkdirSync(folder);
        expect(spawnSync("chattr", ["+F", folder]).status).toBe(0);
        const logs = [openEventLog(join(folder, "Events.jsonl")), openEventLog(join(folder, "EVENTS.JSONL"))];
        for (let n = 0; n < 20; n++) expect((await logs[n % 2]!.append(note(n))).seq).toBe(n);
      });
      rmSync(dirname(image!), { recursive: true });
    },
  );
});

/** An image of an ext4 that can do without case; undefined where it cannot be made or mounted. */
function caselessImage(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), "agentlog-caseless-"));
  const path = join(folder, "image");
  writeFileSync(path, "");
  truncateSync(path, 16 * 1024 * 1024);
  const made = spawnSync("mkfs.ext4", ["-q", "-O", "casefold", path], { stdio: "ignore" }).status === 0;
  const place = join(folder, "place");
  mkdirSync(place);
  const works = made && mount("-o", "loop", path, place);
  if (works) spawnSync("umount", [place]);
  else rmSync(folder, { recursive: true });
  return works ? path : undefined;
}
