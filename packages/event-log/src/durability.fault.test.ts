import { appendFileSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Disk, nodeDisk } from "@agentlog/durable-fs";
import { countingDisk, faultyDisk } from "@agentlog/durable-fs/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog, type NewLogEvent } from "./index.js";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "log", "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const note = (n: unknown): NewLogEvent => ({ type: "note.taken", data: { n } });
const sleep = async (ms: number): Promise<void> => await new Promise((resolve) => setTimeout(resolve, ms));
const UNKNOWN = { code: "DURABILITY_UNKNOWN" };

/** A disk that counts background syncs, and fails or delays them. */
function backgroundDisk(options: { errno?: string; delayMs?: number } = {}): { readonly disk: Disk; syncs: number } {
  const state = { syncs: 0, disk: nodeDisk };
  const fdatasync = (fd: number, done: (error: Error | null) => void): void => {
    state.syncs++;
    const finish = (): void => {
      if (options.errno === undefined) nodeDisk.fdatasync(fd, done);
      else done(Object.assign(new Error(options.errno), { code: options.errno }));
    };
    if (options.delayMs === undefined) process.nextTick(finish);
    else setTimeout(finish, options.delayMs);
  };
  state.disk = { ...nodeDisk, fdatasync: fdatasync as Disk["fdatasync"] };
  return state;
}

describe("disk", () => {
  it("[EL-6] syncs once for a whole group, before any of it is acknowledged", async () => {
    let synced = false;
    const disk = faultyDisk([{ method: "fdatasyncSync", after: () => (synced = true) }]);
    const log = openEventLog(file, { disk, durability: "disk" });
    const early: unknown[] = [];
    await Promise.all(
      Array.from({ length: 64 }, async (_, n) => {
        await log.append(note(n));
        if (!synced) early.push(n);
      }),
    );
    expect([disk.calls.get("fdatasyncSync"), early]).toEqual([1, []]);
  });

  it("[EL-6] syncs before appendSync returns", () => {
    const disk = countingDisk();
    const log = openEventLog(file, { disk, durability: "disk" });
    log.appendSync(note(1));
    expect(disk.calls.get("fdatasyncSync")).toBe(1);
  });

  it("[EL-6] syncs the folder in which the log appears, also one that another writer made without", async () => {
    const synced: string[] = [];
    const names = new Map<number, string>();
    const disk: Disk = {
      ...nodeDisk,
      openSync: ((...args: Parameters<Disk["openSync"]>) => {
        const fd = nodeDisk.openSync(...args);
        names.set(fd, String(args[0]));
        return fd;
      }) as Disk["openSync"],
      fsyncSync: (fd) => {
        synced.push(names.get(fd) ?? "?");
        nodeDisk.fsyncSync(fd);
      },
    };
    await openEventLog(file, { disk, durability: "disk" }).append(note(1));
    expect(synced).toContain(join(dir, "log"));
    rmSync(join(dir, "log"), { recursive: true });
    await openEventLog(file, { durability: "os" }).append(note(1));
    synced.length = 0;
    await openEventLog(file, { disk, durability: "disk" }).append(note(2));
    expect(synced).toContain(join(dir, "log"));
  });

  it("[EL-6] [H-68] a failed sync poisons the writer: waiting appends and all later ones, nothing is tried again", async () => {
    const disk = faultyDisk([{ method: "fdatasyncSync", call: 2, errno: "EIO" }]);
    const log = openEventLog(file, { disk, durability: "disk" });
    await log.append(note("sound"));
    const waiting = await Promise.allSettled([log.append(note(1)), log.append(note(2)), log.appendMany([note(3)])]);
    for (const settled of waiting) expect(settled).toMatchObject({ status: "rejected", reason: UNKNOWN });
    const writes = disk.calls.get("writeSync");
    await expect(log.append(note(4))).rejects.toMatchObject(UNKNOWN);
    expect(() => log.appendSync(note(5))).toThrow(expect.objectContaining(UNKNOWN));
    expect([disk.calls.get("fdatasyncSync"), disk.calls.get("writeSync")]).toEqual([2, writes]);
    await expect(log.close()).rejects.toMatchObject(UNKNOWN);
    // What is there is what a new writer finds; it goes on from there.
    const again = openEventLog(file, { durability: "disk" });
    await expect(again.append(note("again"))).resolves.toMatchObject({ status: "appended" });
    const all = (await again.readAll()).events.map(({ data }) => (data as { n: unknown }).n);
    expect([all[0], all.at(-1)]).toEqual(["sound", "again"]);
  });

  it("[EL-6] appends that come while a poisoned group settles are poisoned, too, and the lock is free", async () => {
    const disk = faultyDisk([{ method: "fdatasyncSync", call: 1, errno: "EIO" }]);
    const log = openEventLog(file, { disk, durability: "disk" });
    const later: Promise<unknown>[] = [];
    const first = log.append(note(1)).catch((error: unknown) => {
      later.push(log.append(note(2)).catch((failure: unknown) => failure));
      return error;
    });
    expect(await first).toMatchObject(UNKNOWN);
    expect(await later[0]).toMatchObject(UNKNOWN);
    await expect(openEventLog(file, { lockTimeoutMs: 0 }).append(note(3))).resolves.toMatchObject({
      status: "appended",
    });
  });

  it("[EL-6] a conflict is not made an unknown by a failed sync of others", async () => {
    const disk = faultyDisk([{ method: "fdatasyncSync", call: 1, errno: "EIO" }]);
    const log = openEventLog(file, { disk, durability: "disk" });
    const [written, conflict] = await Promise.allSettled([
      log.append(note(1)),
      log.append(note(2), { expectedSeq: 9 }),
    ]);
    expect(written).toMatchObject({ reason: UNKNOWN });
    expect(conflict).toMatchObject({ reason: { code: "SEQ_CONFLICT" } });
  });
});

describe("os", () => {
  it("[EL-6] syncs neither file nor close", async () => {
    const disk = countingDisk();
    const log = openEventLog(file, { disk });
    await log.append(note(1));
    await log.close();
    expect([disk.calls.get("fdatasyncSync") ?? 0]).toEqual([0]);
  });
});

describe("interval", () => {
  it("[EL-6] acknowledges at once and syncs within its interval, once for many", async () => {
    const background = backgroundDisk();
    const log = openEventLog(file, { disk: background.disk, durability: "interval", syncIntervalMs: 250 });
    for (let n = 0; n < 20; n++) await log.append(note(n));
    expect(background.syncs).toBe(0);
    await sleep(400);
    expect(background.syncs).toBe(1);
    await log.append(note("later"));
    await sleep(400);
    expect(background.syncs).toBe(2);
    await sleep(300);
    expect(background.syncs).toBe(2);
    await log.close();
  });

  it("[EL-6] syncs on close what the interval did not", async () => {
    const disk = countingDisk();
    const log = openEventLog(file, { disk, durability: "interval", syncIntervalMs: 60_000 });
    await log.append(note(1));
    await log.close();
    expect(disk.calls.get("fdatasyncSync")).toBe(1);
  });

  it("[EL-6] close waits for a sync under way", async () => {
    const { disk } = backgroundDisk({ delayMs: 60, errno: "EIO" });
    const log = openEventLog(file, { disk, durability: "interval", syncIntervalMs: 1 });
    await log.append(note(1));
    await sleep(20);
    await expect(log.close()).rejects.toMatchObject(UNKNOWN);
  });

  it("[EL-6] a sync that fails in the background poisons the writer, without an unhandled error", async () => {
    const { disk } = backgroundDisk({ errno: "EIO" });
    const log = openEventLog(file, { disk, durability: "interval", syncIntervalMs: 1 });
    await log.append(note(1));
    await sleep(30);
    await expect(log.append(note(2))).rejects.toMatchObject(UNKNOWN);
    await expect(log.close()).rejects.toMatchObject(UNKNOWN);
  });

  it("[EL-6] a sync under way while a repair replaces the file does not poison anything", async () => {
    const closed = new Set<number>();
    const slow: Disk = {
      ...nodeDisk,
      openSync: ((...args: Parameters<Disk["openSync"]>) => {
        const fd = nodeDisk.openSync(...args);
        closed.delete(fd);
        return fd;
      }) as Disk["openSync"],
      closeSync: (fd) => {
        closed.add(fd);
        nodeDisk.closeSync(fd);
      },
      fdatasync: ((fd: number, done: (error: Error | null) => void) => {
        setTimeout(() => done(closed.has(fd) ? Object.assign(new Error("EBADF"), { code: "EBADF" }) : null), 40);
      }) as Disk["fdatasync"],
    };
    const log = openEventLog(file, { disk: slow, durability: "interval", syncIntervalMs: 1 });
    await log.append(note(1));
    await sleep(15);
    const other = openEventLog(file);
    appendFileSync(file, "junk\n");
    await other.repair();
    await log.append(note(2));
    await sleep(60);
    await expect(log.append(note(3))).resolves.toMatchObject({ seq: 2 });
    await log.close();
  });
});

describe("files", () => {
  it("[EL-6] nothing but the log and its lock is left beside it", async () => {
    const log = openEventLog(file, { durability: "disk" });
    for (let n = 0; n < 3; n++) await log.append(note(n));
    await log.close();
    expect(readdirSync(join(dir, "log")).filter((name) => name !== "events.jsonl.lock")).toEqual(["events.jsonl"]);
    if (existsSync(`${file}.lock`)) expect(readdirSync(`${file}.lock`)).toEqual([]);
  });
});
