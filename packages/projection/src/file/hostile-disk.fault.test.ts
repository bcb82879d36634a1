import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Disk, nodeDisk } from "@agentlog/durable-fs";
import { type Fault, faultyDisk } from "@agentlog/durable-fs/testing";
import { openEventLog, type NewLogEvent } from "@agentlog/event-log";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectAgreement } from "../fixtures/agreement.js";
import { tallies, type Tally } from "../fixtures/tallies.js";
import { fileStore, openCollection, type Collection, type Problem } from "../index.js";

/** Checkpoints on disks that are full, that fail, that lose their power, or whose times are coarse. */

let dir: string;
let path: string;
let model: string;
let problems: Problem[];
let opened: Collection<Tally>[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  path = join(dir, "events.jsonl");
  model = join(dir, "checkpoints", "tallies.v1");
  problems = [];
  opened = [];
});
afterEach(async () => {
  for (const collection of opened) await collection.close().catch(() => {});
  rmSync(dir, { recursive: true, force: true });
});

const append = async (count: number, from = 0): Promise<void> => {
  const events = Array.from({ length: count }, (_, n): NewLogEvent => {
    return { type: "tally.added", data: { name: `k${(from + n) % 7}`, n, note: `page ${from + n}` } };
  });
  await openEventLog(path).appendMany(events);
};
const open = (disk?: Disk): Collection<Tally> => {
  const store = fileStore({ path: join(dir, "checkpoints"), flushEvents: 1, disk });
  const collection = openCollection(tallies, {
    log: openEventLog(path),
    store,
    onProblem: (one) => problems.push(one),
    ...(disk === undefined ? {} : { disk }),
  });
  opened.push(collection);
  return collection;
};
/** Folds what is new and writes it. */
const use = async (disk?: Disk): Promise<number> => {
  const collection = open(disk);
  const { events } = await collection.catchUp();
  await expectAgreement(collection, path);
  await collection.close();
  return events;
};
const kinds = (): readonly string[] => [...new Set(problems.map(({ kind }) => kind))];

describe("a disk that takes no checkpoint", () => {
  it("[H-66] full for checkpoints alone: answers are right, it is reported; with room the next one is written", async () => {
    await append(20);
    const full = faultyDisk([{ method: "writeSync", errno: "ENOSPC" }]);
    expect([await use(full), await use(full)]).toEqual([20, 20]);
    expect(kinds()).toEqual(["not-written"]);
    await append(5, 20);
    expect(await use()).toBe(25);
    await append(1, 25);
    expect(await use()).toBe(1);
  });

  it("[H-66] full in the middle of a long process: it goes on in memory and writes once there is room", async () => {
    await append(20);
    let isFull = true;
    const disk: Disk = {
      ...nodeDisk,
      writeSync: ((...args: Parameters<Disk["writeSync"]>) => {
        if (isFull) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC", syscall: "write" });
        return nodeDisk.writeSync(...args);
      }) as Disk["writeSync"],
    };
    const collection = open(disk);
    await collection.catchUp();
    await expectAgreement(collection, path);
    isFull = false;
    await append(20, 20);
    await collection.catchUp();
    await expectAgreement(collection, path);
    await collection.close();
    expect(existsSync(join(model, "manifest.json"))).toBe(true);
    expect(await use()).toBe(0);
  });

  it.each<[string, Fault]>([
    ["the write", { method: "writeSync", errno: "EIO" }],
    ["the first sync", { method: "fsyncSync", call: 1, errno: "EIO" }],
    ["the second sync", { method: "fsyncSync", call: 2, errno: "EIO" }],
    ["every sync", { method: "fsyncSync", errno: "EIO" }],
    ["the rename", { method: "renameSync", errno: "EIO" }],
  ])("[H-68] EIO on %s: right answers or an error, and nothing that was kept is lost", async (_, fault) => {
    await append(20);
    await use();
    await append(20, 20);
    const collection = open(faultyDisk([fault]));
    const error: unknown = await collection.catchUp().then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    if (error === undefined) await expectAgreement(collection, path);
    else expect(error).toMatchObject({ code: "IO_ERROR" });
    await collection.close().catch(() => {});
    expect(await use()).toBeLessThanOrEqual(20);
  });
});

describe("a checkpoint after a power loss", () => {
  it("[H-69] beyond the end of its log is folded anew, never trusted", async () => {
    await append(20);
    const size = readFileSync(path).length;
    await append(20, 20);
    await use();
    // The log's end was not synced.
    truncateSync(path, size);
    await use();
    expect(kinds()).toEqual(["stale-state"]);
    problems.length = 0;
    truncateSync(path, 0);
    await use();
    await append(3);
    await use();
  });

  it("[H-69] of another log, as long or longer, is folded anew", async () => {
    await append(20);
    await use();
    for (const count of [20, 40]) {
      rmSync(path);
      await append(count, 1_000);
      problems.length = 0;
      await use();
      expect(kinds()).toEqual(["stale-state"]);
    }
  });

  it("[H-69] whose newer files, or whose manifest's rename, were lost is the one before, or folded anew", async () => {
    await append(20);
    await use();
    cpSync(model, join(dir, "before"), { recursive: true });
    await append(20, 20);
    await use();
    cpSync(model, join(dir, "after"), { recursive: true });
    const put = (manifestOf: string, segmentsOf: readonly string[]): void => {
      rmSync(model, { recursive: true });
      for (const from of segmentsOf) cpSync(join(dir, from), model, { recursive: true });
      cpSync(join(dir, manifestOf, "manifest.json"), join(model, "manifest.json"));
    };
    put("before", ["before", "after"]);
    expect(await use()).toBe(20);
    put("after", ["before"]);
    await use();
    put("before", ["after"]);
    await use();
  });

  it("[H-69] cut anywhere, zeroed, longer, or with another bit, is never believed", async () => {
    await append(20);
    await use();
    cpSync(model, join(dir, "sound"), { recursive: true });
    const names = readdirSync(model).filter((name) => /\.jsonl?$/.test(name));
    expect(names.length).toBeGreaterThan(1);
    for (const name of names) {
      const sound = readFileSync(join(dir, "sound", name));
      const step = Math.ceil(sound.length / 6);
      const states: Buffer[] = [Buffer.concat([sound, Buffer.alloc(512)]), Buffer.alloc(sound.length)];
      for (let at = 0; at < sound.length; at += step) {
        states.push(sound.subarray(0, at), Buffer.from(sound).fill(0, at, Math.min(at + 16, sound.length)));
        const flipped = Buffer.from(sound);
        flipped[at]! ^= 1;
        states.push(flipped);
      }
      for (const state of states) {
        rmSync(model, { recursive: true });
        cpSync(join(dir, "sound"), model, { recursive: true });
        writeFileSync(join(model, name), state);
        await use();
      }
    }
  });
});

describe("a file system with times of two seconds", () => {
  const coarse: Disk = {
    ...nodeDisk,
    lstatSync: ((of: string, options?: object) => {
      const stats = nodeDisk.lstatSync(of, { ...options, throwIfNoEntry: false });
      if (stats === undefined) return undefined;
      return Object.assign(Object.create(stats) as object, {
        mtimeMs: Math.floor(stats.mtimeMs / 2_000) * 2_000,
      });
    }) as Disk["lstatSync"],
  };

  it("[H-71] two readers that fold by turns within one of its ticks always agree with the log", async () => {
    await append(5);
    const collections = [open(coarse), open(coarse)];
    for (let n = 0; n < 20; n++) {
      await append(1, 5 + n);
      for (const collection of [collections[n % 2]!, collections[(n + 1) % 2]!]) {
        await collection.catchUp();
        await expectAgreement(collection, path);
      }
    }
  });
});
