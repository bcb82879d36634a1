import { appendFileSync, copyFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeDisk, type Disk } from "@agentlog/durable-fs";
import { countingDisk } from "@agentlog/durable-fs/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog, type NewLogEvent } from "./index.js";
import { chainOf, fieldsOf, lineOf } from "./testing/forge.js";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const note = (n: unknown): NewLogEvent => ({ type: "note.taken", data: { n } });
const put = (content: string | Uint8Array): void => writeFileSync(file, content, { mode: 0o600 });

/** Counts the bytes that are read, and refuses to read more at once than any bounded memory would hold. */
function readMeter(): { readonly disk: Disk; bytes: number; reads: number } {
  const meter = { bytes: 0, reads: 0, disk: nodeDisk };
  const readSync = (...args: unknown[]): number => {
    const length = args[3] as number;
    if (length > 64 * 1024 * 1024) throw new Error(`a read of ${length} bytes at once`);
    meter.reads++;
    const count = (nodeDisk.readSync as (...all: unknown[]) => number)(...args);
    meter.bytes += count;
    return count;
  };
  meter.disk = { ...nodeDisk, readSync: readSync as Disk["readSync"] };
  return meter;
}

describe("[EL-3] the cost of a number", () => {
  it("[EL-3] a writer reads nothing while it is alone, and does the same calls for the first and the two hundredth event", async () => {
    const disk = countingDisk();
    const log = openEventLog(file, { disk });
    await log.append(note(0));
    await log.append(note(1));
    const counts: Record<string, number>[] = [];
    for (let n = 2; n < 200; n++) {
      const before = new Map(disk.calls);
      await log.append(note(n));
      if (n === 2 || n === 199) {
        counts.push(
          Object.fromEntries([...disk.calls].map(([name, count]) => [name, count - (before.get(name) ?? 0)])),
        );
      }
    }
    expect(counts[0]).toEqual(counts[1]);
    expect(counts[0]?.["readSync"] ?? 0).toBe(0);
  });

  it("[EL-3] a writer reads only what another appended", async () => {
    const own = readMeter();
    const log = openEventLog(file, { disk: own.disk });
    put(`${chainOf(20_000).join("\n")}\n`);
    await log.append(note("first"));
    const size = readFileSync(file).length;
    await openEventLog(file).append(note("other"));
    const added = readFileSync(file).length - size;
    own.bytes = 0;
    await log.append(note("second"));
    // And one byte, to see that a line ends where it stopped.
    expect(own.bytes).toBe(added + 1);
  });

  it.each([[10], [1_000], [100_000]])(
    "[EL-3] a cold writer reads the tail of %i events, not all of it",
    async (count) => {
      put(`${chainOf(count).join("\n")}\n`);
      const meter = readMeter();
      expect(await openEventLog(file, { disk: meter.disk }).append(note("cold"))).toMatchObject({ seq: count });
      expect(meter.bytes).toBeLessThan(40_000);
    },
  );

  it("[EL-3] so do stat and head", () => {
    put(`${chainOf(100_000).join("\n")}\n`);
    const meter = readMeter();
    const log = openEventLog(file, { disk: meter.disk });
    expect(log.stat()).toMatchObject({ exists: true, lastSeq: 99_999 });
    expect(log.head().seq).toBe(99_999);
    expect(meter.bytes).toBeLessThan(80_000);
  });

  it("[EL-3] a long damaged tail is read in bounded memory", () => {
    put(`${chainOf(50).join("\n")}\n`);
    truncateSync(file, 600 * 1024 * 1024);
    const { disk } = readMeter();
    expect(openEventLog(file, { disk }).stat().lastSeq).toBe(49);
  });
});

describe("[EL-3] a number found from the tail is the one the acceptance rule gives", () => {
  const agrees = async (): Promise<void> => {
    const { events } = await openEventLog(file).readAll();
    const last = events.at(-1)?.seq ?? -1;
    expect(openEventLog(file).stat().lastSeq).toBe(last);
    const appended = await openEventLog(file).append(note("new"));
    expect(appended.seq).toBe(last + 1);
    expect((await openEventLog(file).readAll()).events.at(-1)?.id).toBe(appended.id);
  };

  it.each([[4], [10], [40]])("[EL-3] behind another log of %i events glued to its end", async (count) => {
    const [one, other] = [openEventLog(file), openEventLog(join(dir, "other.jsonl"))];
    for (let n = 0; n < 10; n++) await one.append(note(`a${n}`));
    for (let n = 0; n < count; n++) await other.append(note(`b${n}`));
    appendFileSync(file, readFileSync(join(dir, "other.jsonl")));
    await agrees();
  });

  it("[EL-3] behind a part of itself that is there twice", async () => {
    const all = chainOf(30);
    put([...all, ...all.slice(5, 20), ""].join("\n"));
    await agrees();
  });

  it("[EL-3] behind stale lines, half a batch, torn lines and a fragment", async () => {
    const all = chainOf(30);
    const half = lineOf(fieldsOf(30, { batch: [0, 3] }));
    put([...all, all[29], all[28], "torn", half, "torn again", "frag"].join("\n"));
    await agrees();
  });

  it("[EL-3] behind a line larger than the first windows", async () => {
    const log = openEventLog(file);
    for (let n = 0; n < 3; n++) await log.append(note("x".repeat(300_000 * n)));
    await log.close();
    appendFileSync(file, "y".repeat(500_000));
    await agrees();
  });

  it("[EL-3] behind a batch of 5,000", async () => {
    const log = openEventLog(file);
    await log.appendMany(Array.from({ length: 5_000 }, (_, n) => note(n)));
    await log.close();
    await agrees();
  });

  it("[EL-3] at the end of all numbers nothing is acknowledged that no reader will accept", async () => {
    put(`${lineOf(fieldsOf(2 ** 48 - 1))}\n`);
    const result = await openEventLog(file)
      .append(note("new"))
      .catch((error: unknown) => error);
    const ids = (await openEventLog(file).readAll()).events.map(({ id }) => id);
    if (result instanceof Error) expect(result).toMatchObject({ name: "AgentlogError" });
    else expect(ids).toContain((result as { id: string }).id);
  });
});

describe("[EL-3] a file that is no log", () => {
  it.each([
    ["NULs", Buffer.alloc(10_000)],
    ["a text", Buffer.from("Dear diary,\nnothing happened.\n")],
    ["UTF-16", Buffer.from(`\uFEFF${chainOf(2).join("\n")}\n`, "utf16le")],
    ["JSON of somebody else's", Buffer.from('{"name":"x","version":"1.0.0"}\n')],
  ])("[EL-3] %s: NOT_A_LOG, nothing is written, repair sets it aside", async (_, content) => {
    put(content);
    const log = openEventLog(file);
    await expect(log.append(note(1))).rejects.toMatchObject({ code: "NOT_A_LOG" });
    expect(() => log.stat()).toThrow(expect.objectContaining({ code: "NOT_A_LOG" }));
    expect(readFileSync(file).equals(content)).toBe(true);
    const { quarantine } = await log.repair();
    expect(readFileSync(quarantine ?? "").equals(content)).toBe(true);
    await expect(log.append(note(1))).resolves.toMatchObject({ seq: 0 });
  });

  it("[EL-3] NULs in place of a log are not 'all is well' for verify", async () => {
    put(Buffer.alloc(10_000));
    expect((await openEventLog(file).verify()).ok).toBe(false);
  });

  it("[EL-3] a log whose every line end was changed to CRLF is not taken for a new one", async () => {
    put(`${chainOf(5).join("\r\n")}\r\n`);
    await expect(openEventLog(file).append(note(1))).rejects.toMatchObject({ code: "NOT_A_LOG" });
  });

  it.each([["{"], ['{"se'], ['{"seq":0,"id":"evt_1","ti']])(
    "[EL-3] what a crash left of a first line, %j, is one",
    async (text) => {
      put(text);
      await expect(openEventLog(file).append(note(1))).resolves.toMatchObject({ seq: 0 });
      expect((await openEventLog(file).readAll()).events).toHaveLength(1);
    },
  );

  it("[EL-3] an empty file is one", async () => {
    put("");
    copyFileSync(file, join(dir, "copy"));
    await expect(openEventLog(file).append(note(1))).resolves.toMatchObject({ seq: 0 });
  });
});
