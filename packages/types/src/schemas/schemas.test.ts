import { describe, expect, it } from "vitest";
import { looseObject } from "zod";
import { ERROR_CODES, newEventId, newSessionId, newSpanId, newTraceId } from "../index.js";
import {
  anyEventSchema,
  errorCodeSchema,
  eventEnvelopeSchema,
  eventIdSchema,
  jsonObjectSchema,
  jsonValueSchema,
  logFieldsSchema,
  nativeSessionIdSchema,
  newEventSchema,
  presenceRecordSchema,
  sessionEventSchema,
  sessionIdSchema,
  timeSchema,
} from "./index.js";

const head = { seq: 0, id: newEventId(), time: "2026-07-01T12:00:00.000Z" };
const note = { ...head, type: "note.added", data: { text: "x" } };
const foreign = { ...head, type: "Their_own.Thing!", data: { any: ["thing"] }, extra: { x: null } };

describe("the envelope", () => {
  const full = {
    ...note,
    session: newSessionId(),
    run: 1,
    actor: { agent: "claude", instance: "1", name: "n", role: "r" },
    trace: { traceId: newTraceId(), spanId: newSpanId(), parentSpanId: newSpanId() },
    source: { kind: "import", agent: "claude", nativeSession: "abc", path: "/t.jsonl" },
    recorded: "2026-07-02T12:00:00.000Z",
    meta: { free: true },
  };

  it("takes all its fields", () => {
    expect(sessionEventSchema.parse(full)).toBe(full);
    expect(eventEnvelopeSchema.parse(full)).toBe(full);
  });

  it.each([
    ["seq", -1],
    ["seq", 1.5],
    ["id", "evt_../x"],
    ["time", "2026-07-01T12:00:00Z"],
    ["time", "2026-07-01T12:00:00.000+02:00"],
    ["time", "2026-02-30T12:00:00.000Z"],
    ["type", ""],
    ["data", []],
    ["session", "__proto__"],
    ["session", undefined],
    ["run", 0],
    ["actor", { name: 1 }],
    ["trace", { traceId: "0".repeat(32), spanId: newSpanId() }],
    ["source", { kind: "guess" }],
    ["meta", "x"],
  ])("refuses %s: %j and says where", (field, value) => {
    for (const schema of [anyEventSchema, eventEnvelopeSchema]) {
      const result = schema.safeParse({ ...full, [field]: value });
      expect(result.error?.issues[0]?.path[0]).toBe(field);
    }
  });
});

describe("an event of any kind", () => {
  it("passes untouched when nobody knows its kind", () => {
    expect(anyEventSchema.parse(foreign)).toBe(foreign);
    expect(sessionEventSchema.safeParse(foreign).success).toBe(false);
    for (const type of ["__proto__", "constructor"])
      expect(anyEventSchema.safeParse({ ...foreign, type }).success).toBe(true);
  });

  it("is checked in full when its kind is known, with the path to what is wrong", () => {
    const wrong = { ...note, data: { text: 1 } };
    expect(anyEventSchema.safeParse(wrong).error?.issues[0]).toMatchObject({
      code: "invalid_type",
      path: ["data", "text"],
    });
    const nested = looseObject({ event: anyEventSchema }).safeParse({ event: wrong });
    expect(nested.error?.issues[0]?.path).toEqual(["event", "data", "text"]);
  });

  it("has data that is JSON, in the fields nobody knows too", () => {
    for (const event of [note, foreign]) {
      for (const more of [1n, new Date(), () => 1]) {
        expect(anyEventSchema.safeParse({ ...event, data: { ...event.data, more } }).success).toBe(false);
      }
    }
  });

  it("is an object", () => {
    for (const value of [null, undefined, 1, "x", [], [note]])
      expect(anyEventSchema.safeParse(value).success).toBe(false);
  });

  it("[H-36] keeps a key named __proto__ as data, at every depth, and pollutes nothing", () => {
    const line = JSON.stringify(note)
      .replace('"text":"x"', '"text":"x","__proto__":{"polluted":1}')
      .replace(/^\{/, '{"__proto__":{"polluted":2},');
    for (const schema of [anyEventSchema, sessionEventSchema, eventEnvelopeSchema, newEventSchema]) {
      expect(JSON.stringify(schema.parse(JSON.parse(line)))).toBe(line);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const object: unknown = JSON.parse('{"__proto__":{"a":1}}');
    expect(JSON.stringify(jsonObjectSchema.parse(object))).toBe('{"__proto__":{"a":1}}');
  });
});

describe("a new event", () => {
  it("needs a type and data alone", () => {
    expect(newEventSchema.safeParse({ type: "note.added", data: { text: "x" } }).success).toBe(true);
    expect(newEventSchema.safeParse({ type: "their.thing-happened", data: {} }).success).toBe(true);
    expect(newEventSchema.safeParse({ type: "note.added", data: {} }).success).toBe(false);
    expect(newEventSchema.safeParse({ type: "note.added", data: { text: "x" }, id: "1" }).success).toBe(false);
    expect(newEventSchema.safeParse({ type: "note.added" }).success).toBe(false);
  });
});

describe("a log's own fields", () => {
  const blob = { sha256: "b".repeat(64), bytes: 9 };
  const fields = { blob, batch: [0, 2], writer: "w.1", prev: "a".repeat(32), crc: "0123abcd" };

  it("are taken, and wrong ones are not", () => {
    expect(logFieldsSchema.parse(fields)).toEqual(fields);
    expect(logFieldsSchema.safeParse({ writer: "w.1", prev: "0".repeat(32), crc: "0123abcd" }).success).toBe(true);
    for (const wrong of [
      { blob: { sha256: "../x", bytes: 9 } },
      { batch: [2, 2] },
      { batch: [0] },
      { prev: "a" },
      { crc: "0123ABCD" },
      { writer: 1 },
    ]) {
      expect(logFieldsSchema.safeParse({ ...fields, ...wrong }).success).toBe(false);
    }
  });
});

describe("a presence record", () => {
  const record = {
    pid: 7,
    startTime: "123",
    bootId: "b",
    pidNamespace: "4026531836",
    host: "h",
    run: 1,
    seq: -1,
    progress: 0,
  };
  const beat = { ...record, time: head.time, intervalMs: 10_000, writer: "w" };

  it("is taken with its unknown fields, and a wrong one is not", () => {
    expect(presenceRecordSchema.parse({ ...beat, newer: 1 })).toEqual({ ...beat, newer: 1 });
    expect(presenceRecordSchema.safeParse({ ...beat, progressTime: head.time }).success).toBe(true);
    for (const wrong of [
      { pid: 0 },
      { seq: -2 },
      { run: 0 },
      { time: "now" },
      { progressTime: "now" },
      { host: undefined },
      { startTime: 123 },
    ]) {
      expect(presenceRecordSchema.safeParse({ ...beat, ...wrong }).success).toBe(false);
    }
  });
});

describe("ids, words and JSON", () => {
  it("take their own kind alone", () => {
    expect(sessionIdSchema.safeParse(newEventId()).success).toBe(false);
    expect(eventIdSchema.safeParse(newSessionId()).success).toBe(false);
    expect(nativeSessionIdSchema.safeParse("../x").success).toBe(true);
    expect(nativeSessionIdSchema.safeParse("").success).toBe(false);
    expect(timeSchema.safeParse(new Date().toISOString()).success).toBe(true);
  });

  it("know every error code", () => {
    for (const code of ERROR_CODES) expect(errorCodeSchema.parse(code)).toBe(code);
    expect(errorCodeSchema.safeParse("toString").success).toBe(false);
  });

  it("refuse what JSON cannot hold: other classes, cycles, holes, NaN, more than 64 levels", () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    const nest = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));
    for (const value of [
      undefined,
      Number.NaN,
      1n,
      new Date(),
      new Map(),
      () => 1,
      cycle,
      Array(2),
      nest(65),
      nest(5000),
    ]) {
      expect(jsonValueSchema.safeParse(value).success).toBe(false);
    }
    expect(jsonValueSchema.safeParse(nest(64)).success).toBe(true);
    expect(jsonObjectSchema.safeParse([]).success).toBe(false);
  });
});

describe("as a Standard Schema", () => {
  it("validates without zod's own calls", async () => {
    const standard = anyEventSchema["~standard"];
    expect(standard.version).toBe(1);
    expect(await standard.validate(foreign)).toEqual({ value: foreign });
    expect(await standard.validate({ ...note, seq: "0" })).toHaveProperty("issues");
  });
});
