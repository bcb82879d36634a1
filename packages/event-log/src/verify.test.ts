import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog, type EventLog } from "./index.js";
import { present } from "./testing/present.js";
import { chainOf, fieldsOf, hashOf, lineOf } from "./testing/forge.js";

let dir: string;
let file: string;
let log: EventLog;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "events.jsonl");
  log = openEventLog(file);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const put = (lines: readonly string[]): void => writeFileSync(file, `${lines.join("\n")}\n`, { mode: 0o600 });
/** The lines of the file with one changed, its crc recomputed: what somebody does who knows the format. */
const tamper = (index: number, change: (fields: Record<string, unknown>) => void): void => {
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  const { crc: _, ...fields } = JSON.parse(present(lines.at(index))) as Record<string, unknown>;
  change(fields);
  lines[index] = lineOf(fields);
  put(lines);
};

describe("verify", () => {
  it("[EL-12] proves a sound log, appended one by one and in batches", async () => {
    await log.append({ type: "a", data: {} });
    await log.appendMany([
      { type: "a", data: {} },
      { type: "a", data: {} },
    ]);
    await openEventLog(file).append({ type: "a", data: {} });
    const report = await log.verify({ anchor: log.head() });
    expect(report).toEqual({
      ok: true,
      events: 4,
      head: log.head(),
      bytes: readFileSync(file).length,
      damage: [],
      damageCount: 0,
      holes: [],
      unfinishedBytes: 0,
      anchor: "proven",
    });
    expect(report.head.hash).toBe(hashOf(present(readFileSync(file, "utf8").trimEnd().split("\n").at(-1))));
  });

  it("[EL-12] of a log that does not exist, or is empty, finds nothing wrong", async () => {
    expect(await log.verify()).toMatchObject({ ok: true, events: 0, head: { seq: -1 }, bytes: 0 });
  });

  it("[EL-12] finds a changed event by the chain, though its crc is right", async () => {
    put(chainOf(8));
    tamper(4, (fields) => (fields["data"] = { n: "changed" }));
    const [, , , , , sixth] = readFileSync(file, "utf8").split("\n");
    const offset = Buffer.byteLength(readFileSync(file, "utf8").split("\n").slice(0, 5).join("\n")) + 1;
    expect(await log.verify()).toMatchObject({
      ok: false,
      events: 8,
      damage: [{ kind: "chain", line: 6, seq: 5, offset, bytes: sixth!.length + 1 }],
    });
    expect((await log.readAll()).damage).toEqual([]);
  });

  it("[EL-12] finds a changed event inside a batch, and at a batch's edge", async () => {
    await log.append({ type: "a", data: {} });
    await log.appendMany([0, 1, 2].map((n) => ({ type: "a", data: { n } })));
    await log.append({ type: "a", data: {} });
    const whole = readFileSync(file);
    for (const index of [0, 1, 2, 3]) {
      writeFileSync(file, whole);
      tamper(index, (fields) => (fields["type"] = "b"));
      expect(await log.verify()).toMatchObject({ ok: false, damage: [{ kind: "chain", seq: index + 1 }] });
    }
  });

  it("[EL-12] finds an event that was taken out and its followers renumbered", async () => {
    const all = chainOf(6);
    put([...all.slice(0, 3), ...chainOf(2, 3, hashOf(all.at(3)!))]);
    expect((await log.verify()).damage.map(({ kind }) => kind)).toEqual(["chain"]);
  });

  it("[EL-12] lists every kind of damage, counts beyond what it lists", async () => {
    const lines = chainOf(3);
    put([lines.at(0)!, "torn", lines.at(1)!, lines.at(1)!, lineOf(fieldsOf(2, { batch: [1, 2] })), lines.at(2)!]);
    expect((await log.verify()).damage.map(({ kind }) => kind)).toEqual(["torn", "stale", "partial-batch"]);
    put([lines.at(0)!, ...Array.from({ length: 1_500 }, () => "x"), lines.at(1)!]);
    const report = await log.verify();
    expect([report.ok, report.damage.length, report.damageCount]).toEqual([false, 1_000, 1_500]);
  });
});

describe("verify({ anchor })", () => {
  it("[EL-12] proven as long as the log only grew, and after a repair", async () => {
    put(chainOf(5));
    const anchor = log.head();
    appendFileSync(file, "torn\n");
    await log.append({ type: "a", data: {} });
    expect(await log.verify({ anchor })).toMatchObject({ ok: false, anchor: "proven" });
    await log.repair();
    expect(await log.verify({ anchor })).toMatchObject({ ok: true, anchor: "proven" });
  });

  it("[EL-12] differs when the last event was changed, which the chain alone cannot show", async () => {
    put(chainOf(5));
    const anchor = log.head();
    tamper(4, (fields) => (fields["data"] = { n: "changed" }));
    expect(await log.verify()).toMatchObject({ ok: true });
    expect(await log.verify({ anchor })).toMatchObject({ ok: false, anchor: "differs" });
  });

  it("[EL-12] missing when the end was cut off, or the log is gone", async () => {
    put(chainOf(5));
    const anchor = log.head();
    put(chainOf(4));
    expect(await log.verify({ anchor })).toMatchObject({ ok: false, anchor: "missing", damage: [] });
    rmSync(file);
    expect(await log.verify({ anchor })).toMatchObject({ ok: false, anchor: "missing" });
  });

  it("[EL-12] the head of an empty log is proven by every log", async () => {
    const anchor = log.head();
    put(chainOf(3));
    expect(await log.verify({ anchor })).toMatchObject({ ok: true, anchor: "proven" });
  });
});

describe("verify behind a repair", () => {
  /** Ten events of which a repair has set 4 and 5 aside. */
  const holed = async (): Promise<void> => {
    const lines = chainOf(10);
    put([...lines.slice(0, 4), "torn", ...lines.slice(6)]);
    expect((await log.repair()).holes).toEqual([{ from: 4, to: 5 }]);
    expect(await log.verify()).toMatchObject({ ok: true, holes: [{ from: 4, to: 5 }] });
  };

  it("[EL-12] finds a changed event right before a hole", async () => {
    await holed();
    tamper(3, (fields) => (fields["data"] = { n: "changed" }));
    expect((await log.verify()).ok).toBe(false);
  });

  it("[EL-12] finds a changed event right behind a hole by the next, and one whose prev was changed by the hole", async () => {
    await holed();
    const whole = readFileSync(file);
    tamper(5, (fields) => (fields["data"] = { n: "changed" }));
    expect((await log.verify()).ok).toBe(false);
    writeFileSync(file, whole);
    tamper(5, (fields) => (fields["prev"] = "f".repeat(32)));
    expect((await log.verify()).ok).toBe(false);
  });

  it("[EL-12] a hole that does not fit is no hole", async () => {
    const lines = chainOf(6);
    const hole = (from: number, to: number): string =>
      lineOf({ hole: [from, to], prev: hashOf(lines.at(2)!), next: hashOf(lines.at(4)!) });
    for (const line of [hole(2, 4), hole(4, 4), hole(4, 3), hole(-1, 4), lineOf({ hole: [3, 4] })]) {
      put([...lines.slice(0, 3), line, ...lines.slice(5)]);
      expect((await log.verify()).ok).toBe(false);
    }
    put([...lines.slice(0, 3), hole(3, 4), ...lines.slice(5)]);
    expect((await log.verify()).ok).toBe(true);
  });

  it("[EL-12] an anchor in a hole is missing", async () => {
    put(chainOf(5));
    const anchor = log.head();
    const lines = chainOf(8);
    put([...lines.slice(0, 4), "torn", ...lines.slice(5)]);
    await log.repair();
    expect(await log.verify({ anchor })).toMatchObject({ ok: false, anchor: "missing" });
  });
});
