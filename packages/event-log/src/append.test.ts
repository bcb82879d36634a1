import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDirectoryLock } from "@agentlog/durable-fs";
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
const numbers = async (path = file): Promise<unknown[]> =>
  (await openEventLog(path).readAll()).events.map(({ data }) => (data as { n: unknown }).n);

describe("one write", () => {
  it("[EL-1] makes one write(2) of 256 concurrent appends, at the end of the file", async () => {
    const disk = countingDisk();
    const log = openEventLog(file, { disk });
    const results = await Promise.all(Array.from({ length: 256 }, (_, n) => log.append(note(n))));
    expect(disk.calls.get("writeSync")).toBe(1);
    expect(results.map(({ seq }) => seq)).toEqual(Array.from({ length: 256 }, (_, n) => n));
    expect(await numbers()).toEqual(Array.from({ length: 256 }, (_, n) => n));
  });

  it("[EL-1] writes a megabyte in one piece", async () => {
    const disk = countingDisk();
    const log = openEventLog(file, { disk });
    await log.append(note("x".repeat(1_000_000)));
    expect([disk.calls.get("writeSync"), statSync(file).size > 1_000_000]).toEqual([1, true]);
  });

  it("[EL-1] never truncates, never overwrites: the file only grows and keeps its bytes", async () => {
    const log = openEventLog(file);
    let before = Buffer.alloc(0);
    for (let n = 0; n < 20; n++) {
      await (n % 3 === 0 ? log.appendMany([note(n), note(n)]) : log.append(note(n)));
      const after = readFileSync(file);
      expect(after.subarray(0, before.length).equals(before)).toBe(true);
      before = after;
    }
  });
});

describe("[EL-4] group commit", () => {
  it("[EL-4] takes the lock once for all appends of a turn", async () => {
    const lock = createDirectoryLock(`${file}.lock`);
    let holds = 0;
    const log = openEventLog(file, {
      lock: { ...lock, run: (critical, wait) => lock.run((held) => (holds++, critical(held)), wait) },
    });
    await Promise.all(Array.from({ length: 100 }, (_, n) => log.append(note(n))));
    expect(holds).toBe(1);
  });

  it("[EL-4] gives appendMany consecutive numbers and keeps it whole among others", async () => {
    const log = openEventLog(file);
    const calls = Array.from({ length: 30 }, (_, n) => log.appendMany([note(`${n}a`), note(`${n}b`), note(`${n}c`)]));
    for (const [call, results] of (await Promise.all(calls)).entries()) {
      expect(results.map(({ seq }) => seq)).toEqual([call * 3, call * 3 + 1, call * 3 + 2]);
    }
    expect(await numbers()).toEqual(Array.from({ length: 30 }, (_, n) => [`${n}a`, `${n}b`, `${n}c`]).flat());
  });

  it("[EL-4] [H-48] appendMany is all or none: one event that cannot be stored names its place, nothing is written", async () => {
    const log = openEventLog(file);
    await log.append(note(0));
    const before = readFileSync(file);
    await expect(log.appendMany([note(1), note(2), note(Number.NaN), note(3)])).rejects.toMatchObject({
      code: "INVALID_EVENT",
      index: 2,
    });
    expect(readFileSync(file).equals(before)).toBe(true);
    await expect(log.append(note(1))).resolves.toMatchObject({ seq: 1 });
  });

  it("[EL-4] [H-48] appendMany of nothing writes nothing", async () => {
    const log = openEventLog(file);
    expect(await log.appendMany([])).toEqual([]);
    expect(log.stat()).toMatchObject({ exists: false });
  });

  it("[EL-4] appendMany interrupted by a full disk leaves none of its events", async () => {
    const log = openEventLog(file);
    await log.append(note("before"));
    const disk = faultyDisk([
      { method: "writeSync", call: 1, short: 700 },
      { method: "writeSync", call: 2, errno: "ENOSPC" },
    ]);
    const full = openEventLog(file, { disk });
    const many = Array.from({ length: 10 }, (_, n) => note(n));
    await expect(full.appendMany(many)).rejects.toMatchObject({ code: "IO_ERROR", errno: "ENOSPC" });
    expect(await numbers()).toEqual(["before"]);
    await full.append(note("after"));
    expect(await numbers()).toEqual(["before", "after"]);
  });

  it("[EL-4] refuses a batch over the format's limits before anything is written", async () => {
    const log = openEventLog(file);
    const many = Array.from({ length: 65_537 }, () => ({ type: "a", data: {} }));
    await expect(log.appendMany(many)).rejects.toMatchObject({ code: "BATCH_TOO_LARGE", events: 65_537 });
    expect(log.stat().exists).toBe(false);
  });

  it("[EL-4] appendSync comes after what was handed to append before, and before what comes later", async () => {
    const log = openEventLog(file);
    const first = [log.append(note(0)), log.append(note(1))];
    const second = log.appendSync(note(2));
    const third = log.append(note(3));
    expect([...(await Promise.all(first)), second, await third].map(({ seq }) => seq)).toEqual([0, 1, 2, 3]);
    expect(await numbers()).toEqual([0, 1, 2, 3]);
  });

  it("[EL-4] [H-46] keeps 10,000 appends of one turn in order", async () => {
    const log = openEventLog(file);
    const results = await Promise.all(Array.from({ length: 10_000 }, (_, n) => log.append(note(n))));
    expect(results.every(({ seq }, n) => seq === n)).toBe(true);
    expect(await numbers()).toEqual(Array.from({ length: 10_000 }, (_, n) => n));
  });

  it("[EL-4] [H-45] stores an event as it was when it was handed over", async () => {
    const log = openEventLog(file);
    const event = { type: "note.taken", data: { n: "then", list: [1] } };
    const appended = log.append(event);
    event.data.n = "now";
    event.data.list.push(2);
    event.type = "changed";
    await appended;
    expect((await log.readAll()).events[0]).toMatchObject({ type: "note.taken", data: { n: "then", list: [1] } });
  });
});

describe("close", () => {
  it("[H-47] waits for pending appends; later ones are CLOSED, also through await using", async () => {
    const log = openEventLog(file);
    const pending = Array.from({ length: 50 }, (_, n) => log.append(note(n)));
    await log.close();
    expect((await Promise.all(pending)).at(-1)).toMatchObject({ seq: 49 });
    await expect(log.append(note(50))).rejects.toMatchObject({ code: "CLOSED" });
    await expect(log.appendMany([note(50)])).rejects.toMatchObject({ code: "CLOSED" });
    expect(() => log.appendSync(note(50))).toThrow(expect.objectContaining({ code: "CLOSED" }));
    await log.close();
    expect(await numbers()).toHaveLength(50);
  });

  it("is what Symbol.asyncDispose does", async () => {
    const log = openEventLog(file);
    const pending = log.append(note(1));
    await log[Symbol.asyncDispose]();
    await expect(pending).resolves.toMatchObject({ seq: 0 });
    await expect(log.append(note(2))).rejects.toMatchObject({ code: "CLOSED" });
  });

  it("leaves no descriptor open, of log or folder, after any number of handles", async () => {
    const open = new Set<number>();
    const counting = countingDisk();
    const disk = {
      ...counting,
      openSync: ((...args: Parameters<typeof counting.openSync>) => {
        const fd = counting.openSync(...args);
        open.add(fd);
        return fd;
      }) as typeof counting.openSync,
      closeSync: (fd: number) => {
        open.delete(fd);
        counting.closeSync(fd);
      },
    };
    for (let n = 0; n < 5; n++) {
      const log = openEventLog(file, { disk });
      await log.append(note(n));
      for await (const _ of log.read({ from: 1 })) break;
      log.stat();
      log.head();
      await log.verify();
      await log.repair();
      await log.close();
    }
    expect(open.size).toBe(0);
  });
});

describe("several handles", () => {
  it("[EL-5] two handles of one process on one file lose nothing and give no number twice", async () => {
    const [one, two] = [openEventLog(file), openEventLog(file)];
    const results = await Promise.all(
      Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? one : two).append(note(n))).map(async (result, n) => {
        if (n % 20 === 0) await new Promise((resolve) => setTimeout(resolve, n % 7));
        return await result;
      }),
    );
    expect(results.map(({ seq }) => seq).sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, n) => n));
    const { events, damage } = await one.readAll();
    expect([events.length, damage]).toEqual([200, []]);
    for (const { seq, id } of results) expect(events[seq]?.id).toBe(id);
  });

  it("[EL-5] alternating handles each see what the other appended", async () => {
    const [one, two] = [openEventLog(file), openEventLog(file)];
    for (let n = 0; n < 40; n++) {
      expect((n % 2 === 0 ? one : two).appendSync(note(n))).toMatchObject({ seq: n });
    }
    expect(await numbers()).toEqual(Array.from({ length: 40 }, (_, n) => n));
  });
});
