import assert from "node:assert/strict";
import { isAgentlogError, type ErrorCode } from "@agentlog/types";
import { type EventLog } from "../contract.js";
import { type NewLogEvent } from "../prepare.js";

/** One rule of a port and how to prove it; for any test framework. */
export interface ConformanceCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/**
 * The rules every event log keeps, wherever its events are.
 *
 * @param create opens a log; the same name is the same log, also for another handle, and a new name is an empty one
 */
export function logConformance(create: (name: string) => EventLog): readonly ConformanceCase[] {
  const cases: ConformanceCase[] = [];
  const rule = (name: string, run: (log: EventLog, again: () => EventLog) => Promise<void>): void => {
    const log = `conformance-${cases.length}`;
    cases.push({ name, run: async () => await run(create(log), () => create(log)) });
  };

  rule("[EL-10] a log that was never written to is empty", async (log) => {
    assert.deepEqual(await log.readAll(), { events: [], damage: [] });
    assert.equal(log.stat().lastSeq, -1);
    assert.equal(log.head().seq, -1);
    assert.equal((await log.verify()).ok, true);
  });

  rule("[EL-2] numbers events from 0 on, and every handle reads them back in order", async (log, again) => {
    for (let n = 0; n < 5; n++) assert.equal((await log.append(note(n))).seq, n);
    assert.deepEqual(await numbers(log), [0, 1, 2, 3, 4]);
    assert.equal((await again().append(note(5))).seq, 5);
    assert.equal((await log.append(note(6))).seq, 6);
    assert.deepEqual(await numbers(again()), [0, 1, 2, 3, 4, 5, 6]);
    assert.equal(log.stat().lastSeq, 6);
  });

  rule("[EL-4] concurrent appends, single, many and synchronous, are in call order", async (log) => {
    const results = [log.append(note(0)), log.appendMany([note(1), note(2)]), log.append(note(3))];
    const now = log.appendSync(note(4));
    assert.deepEqual(
      (await Promise.all(results)).flat().map(({ seq }) => seq),
      [0, 1, 2, 3],
    );
    assert.equal(now.seq, 4);
    assert.deepEqual(await numbers(log), [0, 1, 2, 3, 4]);
  });

  rule("[EL-4] appendMany is all or none, of none it is nothing", async (log) => {
    await rejects(log.appendMany([note(0), note(Number.NaN)]), "INVALID_EVENT");
    assert.deepEqual(await log.appendMany([]), []);
    assert.deepEqual(await numbers(log), []);
  });

  rule("[EL-4] an event is stored as it was when it was handed over", async (log) => {
    const event = { type: "note.taken", data: { n: "then" } };
    const appended = log.append(event);
    event.data.n = "now";
    await appended;
    assert.deepEqual(await numbers(log), ["then"]);
  });

  rule("keeps id, time and fields it does not know, and makes an id and a time where there are none", async (log) => {
    const event = {
      type: "a",
      data: { "": [null, "é\u2028😀", -1.5] },
      id: "mine",
      time: "2020-01-01T00:00:00.000Z",
      actor: { name: "x" },
    };
    await log.append(event);
    const { id } = await log.append({ type: "b", data: {} });
    const { events } = await log.readAll();
    for (const [field, value] of Object.entries(event)) assert.deepEqual((events[0] as never)[field], value);
    assert.equal(events[1]?.id, id);
    assert.ok(!Number.isNaN(Date.parse(events[1]?.time ?? "")));
  });

  rule("[EL-7] expectedSeq appends at that number or is a conflict with the actual one", async (log) => {
    assert.equal((await log.append(note(0), { expectedSeq: -1 })).seq, 0);
    const error = await rejects(log.append(note(1), { expectedSeq: -1 }), "SEQ_CONFLICT");
    assert.equal((error as { actual?: number }).actual, 0);
    assert.throws(() => log.appendSync(note(1), { expectedSeq: 7 }), hasCode("SEQ_CONFLICT"));
    assert.equal((await log.appendMany([note(1), note(2)], { expectedSeq: 0 })).at(-1)?.seq, 2);
    assert.deepEqual(await numbers(log), [0, 1, 2]);
  });

  rule("[EL-9] refuses what is no event, over-deep or too large, and goes on", async (log) => {
    let deep: object = {};
    for (let level = 0; level < 100; level++) deep = { deep };
    for (const data of [[], null, { deep }, { big: 1n }, { at: new Date() }]) {
      await rejects(log.append({ type: "a", data: data as object }), "INVALID_EVENT");
    }
    await rejects(log.append({ type: "a", data: {}, seq: 5 } as NewLogEvent), "INVALID_EVENT");
    await rejects(log.append({ type: "a", data: { text: "x".repeat(20 * 1024 * 1024) } }), "EVENT_TOO_LARGE");
    assert.equal((await log.append(note("sound"))).seq, 0);
  });

  rule("[EL-11] read({ from, to }) is the slice of all", async (log) => {
    await log.appendMany(Array.from({ length: 30 }, (_, n) => note(n)));
    for (const [from, to] of [
      [0, 29],
      [5, 5],
      [28, 99],
      [30, 40],
      [7, 3],
    ] as const) {
      const got: number[] = [];
      for await (const { seq } of log.read({ from, to })) got.push(seq);
      assert.deepEqual(
        got,
        Array.from({ length: 30 }, (_, n) => n).filter((n) => n >= from && n <= to),
      );
    }
  });

  rule("[EL-11] follow yields what is there and what comes, once each, and ends on its signal", async (log, again) => {
    await log.appendMany([note(0), note(1)]);
    const stop = new AbortController();
    const got: unknown[] = [];
    const following = (async () => {
      for await (const { data } of log.follow({ from: 1, signal: stop.signal, pollMs: 10 })) {
        got.push((data as { n: unknown }).n);
        if (got.length === 4) stop.abort();
      }
    })();
    await log.append(note(2));
    await again().appendMany([note(3), note(4)]);
    await following;
    assert.deepEqual(got, [1, 2, 3, 4]);
  });

  rule("[EL-12] head is an anchor that verify proves as the log grows", async (log, again) => {
    await log.appendMany([note(0), note(1)]);
    const anchor = log.head();
    assert.equal(anchor.seq, 1);
    await log.append(note(2));
    const report = await again().verify({ anchor });
    assert.deepEqual([report.ok, report.anchor, report.events, report.head], [true, "proven", 3, log.head()]);
    const other = await log.verify({ anchor: { ...anchor, hash: "f".repeat(32) } });
    assert.deepEqual([other.ok, other.anchor], [false, "differs"]);
    assert.equal((await log.verify({ anchor: { seq: 9, hash: anchor.hash } })).anchor, "missing");
  });

  rule("[EL-12] repair of a sound log changes nothing", async (log) => {
    await log.append(note(0));
    const report = await log.repair();
    assert.deepEqual([report.changed, report.events, report.setAside], [false, 1, []]);
    assert.deepEqual(await numbers(log), [0]);
  });

  rule("close waits for what was handed over; later appends are CLOSED, reading goes on", async (log) => {
    const pending = log.append(note(0));
    await log.close();
    assert.equal((await pending).seq, 0);
    await rejects(log.append(note(1)), "CLOSED");
    assert.throws(() => log.appendSync(note(1)), hasCode("CLOSED"));
    assert.deepEqual(await numbers(log), [0]);
    await log[Symbol.asyncDispose]();
  });

  return cases;
}

const note = (n: unknown): NewLogEvent => ({ type: "note.taken", data: { n } });

async function numbers(log: EventLog): Promise<unknown[]> {
  const { events, damage } = await log.readAll();
  assert.deepEqual(damage, []);
  assert.deepEqual(
    events.map(({ seq }) => seq),
    events.map((_, index) => index),
  );
  return events.map(({ data }) => (data as { n: unknown }).n);
}

const hasCode =
  (code: ErrorCode) =>
  (error: unknown): boolean =>
    isAgentlogError(error, code);

async function rejects(promise: Promise<unknown>, code: ErrorCode): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    assert.ok(isAgentlogError(error, code), `expected ${code}, got ${String(error)}`);
    return error;
  }
  return assert.fail(`expected ${code}`);
}
