import { appendFileSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { type Disk, nodeDisk } from "@agentlog/durable-fs";
import { countingDisk } from "@agentlog/durable-fs/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog, type ReadOptions } from "./index.js";
import { present } from "./testing/present.js";
import { chainOf, fieldsOf, hashOf, lineOf, withCrc } from "./testing/forge.js";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const put = (content: string | Uint8Array): void => writeFileSync(file, content, { mode: 0o600 });
const seqsOf = async (options?: ReadOptions): Promise<number[]> => {
  const seqs: number[] = [];
  for await (const { seq } of openEventLog(file).read(options)) seqs.push(seq);
  return seqs;
};

describe("reading", () => {
  it("[EL-10] a log that does not exist has no events", async () => {
    expect(await openEventLog(join(dir, "no", "such", "log")).readAll()).toEqual({ events: [], damage: [] });
    expect(await seqsOf({ from: 5 })).toEqual([]);
  });

  it("[EL-10] takes no lock and makes nothing", async () => {
    put(`${chainOf(3).join("\n")}\n`);
    const disk = countingDisk();
    const log = openEventLog(file, { disk });
    await log.readAll();
    for await (const _ of log.read({ from: 1 })) continue;
    const made = ["mkdirSync", "renameSync", "writeSync", "unlinkSync", "fchmodSync"].filter((name) =>
      disk.calls.has(name as never),
    );
    expect(made).toEqual([]);
  });

  it("[EL-10] an unterminated tail is a write in progress: neither event nor damage, also in strict", async () => {
    const [a, b] = chainOf(2);
    put(`${a}\n${b}`);
    expect(await openEventLog(file).readAll({ strict: true })).toMatchObject({ events: [{ seq: 0 }], damage: [] });
    expect((await openEventLog(file).verify()).unfinishedBytes).toBe(present(b).length);
  });

  it("[EL-10] strict throws LOG_DAMAGED with kind, line and offset", async () => {
    const [a, b] = chainOf(2);
    put(`${a}\ntorn\n${b}\n`);
    const expected = { code: "LOG_DAMAGED", kind: "torn", line: 2, offset: present(a).length + 1, path: file };
    await expect(openEventLog(file).readAll({ strict: true })).rejects.toMatchObject(expected);
    await expect(seqsOf({ strict: true })).rejects.toMatchObject(expected);
  });

  it("[EL-10] reports damage to onDamage in file order, once each, while it goes on", async () => {
    const all = chainOf(6);
    put(
      [all[0], "torn", all[1], all[1], all[3], lineOf(fieldsOf(4, { batch: [0, 2] })), all[4], all[5], ""].join("\n"),
    );
    const met: string[] = [];
    const seqs = await seqsOf({ onDamage: ({ kind, line }) => met.push(`${kind} ${line}`) });
    expect(seqs).toEqual([0, 1, 3, 4, 5]);
    expect(met).toEqual(["torn 2", "stale 4", "gap 5", "partial-batch 6"]);
  });

  it("[EL-10] entries say where each event stands", async () => {
    const lines = chainOf(4);
    put(`${lines[0]}\n${lines[1]}\ntorn\n\n${lines[2]}\n${lines[3]}\n`);
    const text = Buffer.from(`${lines[0]}\n${lines[1]}\ntorn\n\n${lines[2]}\n${lines[3]}\n`);
    for await (const { event, offset, end } of openEventLog(file).entries()) {
      expect(text.subarray(offset, end).toString()).toBe(`${lines[event.seq]}\n`);
    }
  });

  it("[EL-10] ends at once on its signal", async () => {
    put(`${chainOf(20_000).join("\n")}\n`);
    const stop = new AbortController();
    let read = 0;
    for await (const _ of openEventLog(file).read({ signal: stop.signal })) if (++read === 10) stop.abort();
    expect(read).toBe(10);
    expect(await seqsOf({ signal: AbortSignal.abort() })).toEqual([]);
  });

  it("[EL-10] lets timers run while it reads", async () => {
    put(`${chainOf(30_000).join("\n")}\n`);
    let ticks = 0;
    const timer = setInterval(() => ticks++, 1);
    await openEventLog(file).readAll();
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(2);
  });
});

describe("overlong lines", () => {
  const big = (bytes: number): string =>
    withCrc(`${JSON.stringify(fieldsOf(1)).slice(0, -1)},"x":"${"y".repeat(bytes)}"`);
  const mb = 1024 * 1024;

  it.each([
    ["17 MB, behind short lines", [17 * mb]],
    ["17 MB, behind another of 40 MB", [40 * mb, 17 * mb]],
    ["20 MB, behind another of 33 MB", [33 * mb, 20 * mb]],
    ["100 MB", [100 * mb]],
  ])("[EL-10] [H-24] a sound line of %s is skipped as torn, with exact offsets", async (_, sizes) => {
    const [a, b] = chainOf(2);
    put(`${a}\n`);
    const expected: object[] = [];
    let offset = present(a).length + 1;
    for (const [index, size] of sizes.entries()) {
      const line = big(size);
      appendFileSync(file, `${line}\n`);
      expected.push({ kind: "torn", line: 2 + index, offset, bytes: line.length + 1 });
      offset += line.length + 1;
    }
    appendFileSync(file, `${b}\n`);
    const { events, damage } = await openEventLog(file).readAll();
    expect(damage).toEqual(expected);
    expect(events.map(({ seq }) => seq)).toEqual([0, 1]);
  });

  it("[EL-10] [H-24] memory stays bounded at a line of 400 MB, and from is found behind it", async () => {
    const lines = chainOf(200);
    put(`${lines.slice(0, 100).join("\n")}\n`);
    truncateSync(file, 400 * mb);
    appendFileSync(file, `\n${lines.slice(100).join("\n")}\n`);
    const before = process.memoryUsage().rss;
    const { events, damage } = await openEventLog(file).readAll();
    expect([events.length, damage.length]).toEqual([200, 1]);
    expect((await seqsOf({ from: 150 })).length).toBe(50);
    expect((await seqsOf({ from: 50 })).length).toBe(150);
    expect(openEventLog(file).stat().lastSeq).toBe(199);
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * mb);
  });

  it("[EL-10] [H-25] offsets are exact beyond 4 GiB, for lines found from the end", () => {
    const lines = chainOf(50);
    const start = 5 * 1024 * mb;
    put(`${lines.join("\n")}\n`);
    truncateSync(file, start);
    appendFileSync(file, `\n${chainOf(50, 50, hashOf(lines.at(-1)!), start + 1).join("\n")}\n`);
    const log = openEventLog(file);
    expect(log.stat().lastSeq).toBe(99);
    expect(log.appendSync({ type: "a", data: {} })).toMatchObject({ seq: 100 });
    expect(log.stat().lastSeq).toBe(100);
  });
});

describe("[EL-11] read({ from, to })", () => {
  it("[EL-11] is the slice of readAll, for every from and to of a damaged log", async () => {
    const all = chainOf(60);
    const text = all.flatMap((line, seq) => {
      if (seq === 7) return [line, "torn"];
      if (seq === 20 || seq === 21) return [];
      if (seq === 30) return [line, all.at(29)!, lineOf(fieldsOf(31, { batch: [0, 2] })), ""];
      if (seq === 40) return [line, "x".repeat(30_000)];
      return [line];
    });
    put(`${text.join("\n")}\n`);
    const seqs = (await openEventLog(file).readAll()).events.map(({ seq }) => seq);
    for (let from = -1; from <= 62; from += 3) {
      for (let to = -1; to <= 62; to += 2) {
        expect(await seqsOf({ from, to })).toEqual(seqs.filter((seq) => seq >= from && seq <= to));
      }
      expect(await seqsOf({ from })).toEqual(seqs.filter((seq) => seq >= from));
    }
  });

  it("[EL-11] also with lines of very uneven length and batches", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ count: fc.integer({ min: 1, max: 6 }), size: fc.constantFrom(1, 100, 20_000, 70_000) }), {
          minLength: 5,
          maxLength: 30,
        }),
        fc.array(fc.tuple(fc.nat(120), fc.nat(120)), { minLength: 5, maxLength: 5 }),
        async (calls, ranges) => {
          rmSync(file, { force: true });
          const log = openEventLog(file);
          for (const { count, size } of calls) {
            await log.appendMany(Array.from({ length: count }, () => ({ type: "a", data: { x: "x".repeat(size) } })));
          }
          await log.close();
          const total = calls.reduce((sum, { count }) => sum + count, 0);
          for (const [from, to] of ranges) {
            const expected = Array.from({ length: total }, (_, n) => n).filter((n) => n >= from && n <= to);
            expect(await seqsOf({ from, to })).toEqual(expected);
          }
        },
      ),
      { numRuns: 15 },
    );
  }, 20_000);

  it("[EL-11] reads a few chunks of a log of 100,000, wherever it begins", async () => {
    put(`${chainOf(100_000).join("\n")}\n`);
    for (const from of [1, 777, 50_000, 99_000, 99_999, 500_000]) {
      const disk = countingDisk();
      const seqs: number[] = [];
      for await (const { seq } of openEventLog(file, { disk }).read({ from, to: from + 2 })) seqs.push(seq);
      expect(seqs).toEqual([from, from + 1, from + 2].filter((seq) => seq < 100_000));
      expect(disk.calls.get("readSync")).toBeLessThan(40);
    }
  });

  it("[EL-11] [EL-3] of a log of batches, a read of 100 takes less than seven batches' bytes, wherever it begins", async () => {
    const log = openEventLog(file, { durability: "os" });
    for (let batch = 0; batch < 100; batch++) {
      await log.appendMany(Array.from({ length: 1_000 }, () => ({ type: "a", data: { text: "x".repeat(40) } })));
    }
    await log.close();
    const batchBytes = statSync(file).size / 100;
    const counted = (): { disk: Disk; bytes: () => number } => {
      let bytes = 0;
      const readSync = ((...call: Parameters<Disk["readSync"]>) => {
        const count = nodeDisk.readSync(...call);
        bytes += count;
        return count;
      }) as Disk["readSync"];
      return { disk: { ...nodeDisk, readSync }, bytes: () => bytes };
    };
    for (const from of [99_900, 99_000, 98_500, 50_000, 50_500, 50_999, 1_500]) {
      const { disk, bytes } = counted();
      const seqs: number[] = [];
      for await (const { seq } of openEventLog(file, { disk }).read({ from, to: from + 99 })) seqs.push(seq);
      expect(seqs).toEqual(Array.from({ length: Math.min(100, 100_000 - from) }, (_, n) => from + n));
      expect(bytes()).toBeLessThan(7 * batchBytes);
    }
    const { disk, bytes } = counted();
    expect(openEventLog(file, { disk }).stat().lastSeq).toBe(99_999);
    expect(bytes()).toBeLessThan(7 * batchBytes);
  });

  it("[EL-11] is right behind another log glued to the end", async () => {
    const other = chainOf(300, 0, "f".repeat(32));
    put(`${[...chainOf(400), ...other].join("\n")}\n`);
    const all = (await openEventLog(file).readAll()).events.map(({ seq, crc }) => `${seq} ${crc}`);
    expect(all).toHaveLength(400);
    for (const from of [10, 250, 350, 399]) {
      const got: string[] = [];
      for await (const { seq, crc } of openEventLog(file).read({ from })) got.push(`${seq} ${crc}`);
      expect(got).toEqual(all.slice(from));
    }
  });
});
