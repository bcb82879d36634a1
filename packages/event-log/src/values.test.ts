import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type StandardSchemaV1 } from "@standard-schema/spec";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog, type EventLog, type NewLogEvent } from "./index.js";
import { present } from "./testing/present.js";

let dir: string;
let file: string;
let log: EventLog;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "events.jsonl");
  log = openEventLog(file);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("what can be stored comes back", () => {
  it.each([
    [
      "names of Object.prototype",
      '{"__proto__":{"polluted":1},"constructor":1,"prototype":{},"toString":"x","hasOwnProperty":0}',
    ],
    ["__proto__ deep inside", '{"a":[{"__proto__":{"polluted":1}}]}'],
    ["lone surrogates", '{"a":"\\ud800","b":"\\udc00\\ud800","\\ud800":1}'],
    [
      "line separators and marks",
      JSON.stringify({ a: "\u2028\u2029\uFEFF\u202E\u200D\u0000\u001F\u007F\u0085\uFFFE\uFFFF" }),
    ],
    ["emoji and accents, composed or not", JSON.stringify({ a: "👩‍👩‍👧‍👦 é e\u0301 ß 漢字" })],
    ["numbers", '{"a":[0,-1.5,1e308,5e-324,9007199254740993,1e21]}'],
    ["empty things", '{"":"","a":[],"b":{},"c":null,"d":false}'],
    ["text that looks like a line end or a seal", JSON.stringify({ a: "~\n", b: '","crc":"00000000"}\n{"seq":0' })],
  ])("[H-28] [H-36] [H-40] [H-41] %s, byte for byte", async (_, text) => {
    const data = JSON.parse(text) as object;
    await log.append({ type: "a", data });
    await log.append({ type: "b", data: {} });
    const { events, damage } = await log.readAll();
    expect(damage).toEqual([]);
    expect(JSON.stringify(events[0]?.data)).toBe(JSON.stringify(data));
    expect(readFileSync(file, "utf8")).toContain(JSON.stringify(data));
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
    expect(Object.getPrototypeOf(events[0]?.data)).toBe(Object.prototype);
  });

  it("[H-36] unknown top-level fields are kept, whatever they are called", async () => {
    const event = JSON.parse(
      '{"type":"a","data":{},"session":"s","run":2,"actor":{"name":"é"},"x-future":[1],"hole":[0,1],"__proto__":{"polluted":1},"toJSON":"x"}',
    ) as NewLogEvent;
    await log.append(event);
    const [stored] = (await log.readAll()).events;
    expect(stored).toMatchObject({
      session: "s",
      run: 2,
      actor: { name: "é" },
      "x-future": [1],
      hole: [0, 1],
      toJSON: "x",
    });
    expect(Object.hasOwn(present(stored), "__proto__")).toBe(true);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it("an id and a time of the caller's are kept, others are made", async () => {
    await log.append({ type: "a", data: {}, id: "toolu_1", time: "2020-02-29T23:59:59.123456789Z" });
    await log.append({ type: "a", data: {} });
    const [one, two] = (await log.readAll()).events;
    expect(one).toMatchObject({ id: "toolu_1", time: "2020-02-29T23:59:59.123456789Z" });
    expect(two?.id).toMatch(/^evt_[0-9a-f-]{36}$/);
    expect(Math.abs(Date.parse(two?.time ?? "") - Date.now())).toBeLessThan(5_000);
  });

  it("a property that is undefined is left out", async () => {
    await log.append({ type: "a", data: { a: undefined, b: 1 } });
    expect((await log.readAll()).events[0]?.data).toEqual({ b: 1 });
  });

  it("objects without a prototype are plain, too", async () => {
    await log.append({ type: "a", data: Object.assign(Object.create(null) as object, { a: 1 }) });
    expect((await log.readAll()).events[0]?.data).toEqual({ a: 1 });
  });
});

const cyclic: Record<string, unknown> = {};
cyclic["self"] = cyclic;
const hidden = (value: unknown): object => Object.defineProperty({ a: 1 }, "toJSON", { value: () => value });
const listWith = (toJSON: () => unknown): object => ({ list: Object.assign([1], { toJSON }) });
let deep: unknown = 1;
for (let level = 0; level < 100; level++) deep = [deep];
/** Answers the first `sound` reads with one value and every later one with another. */
function turning(sound: number, first: unknown, then: unknown): object {
  let reads = 0;
  return { get a() { return reads++ < sound ? first : then; } }; // prettier-ignore
}

describe("what cannot be stored", () => {
  const bad: readonly [string, () => unknown][] = [
    ["null", () => null],
    ["a text", () => "event"],
    ["an array", () => []],
    ["no type", () => ({ data: {} })],
    ["an empty type", () => ({ type: "", data: {} })],
    ["no data", () => ({ type: "a" })],
    ["data that is a list", () => ({ type: "a", data: [] })],
    ["data that is null", () => ({ type: "a", data: null })],
    ...["seq", "batch", "writer", "prev", "crc"].map((field): [string, () => unknown] => [
      `a ${field}`,
      () => ({ type: "a", data: {}, [field]: 1 }),
    ]),
    ["an id that is no text", () => ({ type: "a", data: {}, id: 5 })],
    ["an id that is empty", () => ({ type: "a", data: {}, id: "" })],
    ["an id too long", () => ({ type: "a", data: {}, id: "x".repeat(257) })],
    ["a time without Z", () => ({ type: "a", data: {}, time: "2026-01-31T12:00:00" })],
    ["a time that is none", () => ({ type: "a", data: {}, time: "2026-13-31T12:00:00Z" })],
    [
      "a class instance",
      () => ({
        type: "a",
        data: new (class Thing {
          readonly a = 1;
        })(),
      }),
    ],
    ...Object.entries<() => unknown>({
      "a cycle": () => cyclic,
      "a BigInt": () => 1n,
      "a symbol": () => Symbol("x"),
      "a function": () => () => 1,
      NaN: () => Number.NaN,
      Infinity: () => Number.POSITIVE_INFINITY,
      "a date": () => new Date(),
      "an invalid date": () => new Date(Number.NaN),
      "a sparse list": () => [1, , 3], // eslint-disable-line no-sparse-arrays
      "a list with undefined": () => [undefined],
      "a huge sparse list": () => Object.assign([], { length: 4_294_967_295 }),
      "a typed array": () => new Uint8Array(3),
      "a Buffer": () => Buffer.from("x"),
      "a Map": () => new Map([[1, 2]]),
      "a boxed text": () => Object("x") as object,
      "an own toJSON": () => ({ toJSON: () => 1 }),
    }).map(([name, value]): [string, () => unknown] => [name, () => ({ type: "a", data: { value: value() } })]),
    ["a getter that throws", () => ({ type: "a", data: { get a() { throw new Error("secret"); } } })], // prettier-ignore
    ["a proxy that throws", () => ({ type: "a", data: new Proxy({ a: 1 }, { get: () => { throw new Error("secret"); } }) })], // prettier-ignore
    ["a proxy that throws for its keys", () => ({ type: "a", data: new Proxy({}, { ownKeys: () => { throw new Error("secret"); } }) })], // prettier-ignore
    ["a revoked proxy", () => { const { proxy, revoke } = Proxy.revocable({}, {}); revoke(); return { type: "a", data: proxy }; }], // prettier-ignore
  ];

  it.each(bad)(
    "[H-43] [H-44] %s is INVALID_EVENT, names its place, nothing is appended, the queue goes on",
    async (_, make) => {
      await log.append({ type: "before", data: {} });
      const before = readFileSync(file);
      const event = make() as NewLogEvent;
      const settled = await Promise.allSettled([
        log.append(event),
        log.appendMany([{ type: "ok", data: {} }, event]),
        log.append({ type: "after", data: {} }),
      ]);
      expect(settled).toMatchObject([
        { reason: { code: "INVALID_EVENT", index: 0 } },
        { reason: { code: "INVALID_EVENT", index: 1 } },
        { value: { seq: 1 } },
      ]);
      expect(() => log.appendSync(event)).toThrow(expect.objectContaining({ code: "INVALID_EVENT" }));
      expect(readFileSync(file).subarray(0, before.length).equals(before)).toBe(true);
      expect((await log.readAll()).events.map(({ type }) => type)).toEqual(["before", "after"]);
    },
  );

  it("an error never holds what was in the event", async () => {
    const error: unknown = await log
      .append({ type: "a", data: { token: "sk-secret", bad: Number.NaN } })
      .catch((failure: unknown) => failure);
    expect(JSON.stringify(error) + String(error)).not.toContain("sk-secret");
  });

  const shifty: readonly [string, () => unknown][] = [
    ["a hidden toJSON that returns nothing", () => ({ type: "a", data: hidden(undefined) })],
    ["a hidden toJSON that returns a text", () => ({ type: "a", data: hidden("text") })],
    ["a hidden toJSON that throws", () => ({ type: "a", data: Object.defineProperty({}, "toJSON", { value: () => { throw new Error("x"); } }) })], // prettier-ignore
    ["a list whose toJSON returns 100 levels", () => ({ type: "a", data: listWith(() => deep) })],
    ["a list whose toJSON returns another event", () => ({ type: "a", data: listWith(() => ({ type: "other" })) })],
    ...[1, 2, 3].flatMap((sound): [string, () => unknown][] => [
      [`a type that changes after ${sound} reads`, () => { let n = 0; return { get type() { return n++ < sound ? "a" : 5; }, data: {} }; }], // prettier-ignore
      [`data that changes after ${sound} reads`, () => { let n = 0; return { type: "a", get data() { return n++ < sound ? {} : [1]; } }; }], // prettier-ignore
      [`a value that becomes 100 levels after ${sound} reads`, () => ({ type: "a", data: turning(sound, 1, deep) })],
      [`a value that becomes NaN after ${sound} reads`, () => ({ type: "a", data: turning(sound, 1, Number.NaN) })],
    ]),
  ];

  it.each(shifty)("[H-43] %s: refused, or what was acknowledged is there and sound", async (_, make) => {
    const result = await log.append(make() as NewLogEvent).catch((error: unknown) => error);
    const { events, damage } = await log.readAll();
    expect(damage).toEqual([]);
    if (result instanceof Error) {
      expect(result).toMatchObject({ code: "INVALID_EVENT" });
      expect(events).toEqual([]);
    } else {
      expect(events.map(({ id, type }) => [id, type])).toEqual([[(result as { id: string }).id, "a"]]);
      expect(JSON.stringify(events[0]?.data)).not.toContain("null");
    }
  });
});

describe("a schema", () => {
  type Answer = { value: unknown } | { issues: readonly StandardSchemaV1.Issue[] };
  const schemaOf = (
    validate: (value: unknown) => Answer | Promise<Answer>,
  ): StandardSchemaV1<unknown, NewLogEvent> => ({
    "~standard": {
      version: 1,
      vendor: "test",
      validate: validate as StandardSchemaV1.Props<unknown, NewLogEvent>["validate"],
    },
  });
  const event = { type: "note.taken", data: { n: 1 }, extra: true };

  it("that accepts changes nothing of what is stored", async () => {
    const strict = openEventLog(file, { schema: schemaOf(() => ({ value: { type: "other", data: {} } })) });
    await strict.append(event);
    expect((await strict.readAll()).events[0]).toMatchObject(event);
  });

  it("that refuses is INVALID_EVENT with its issues and their places", async () => {
    const issues = [{ message: "too small", path: ["data", { key: "n" }, 0] }, { message: "no" }];
    const strict = openEventLog(file, { schema: schemaOf(() => ({ issues })) });
    await expect(strict.append(event)).rejects.toMatchObject({
      code: "INVALID_EVENT",
      index: 0,
      issues: [expect.stringContaining("data.n.0: too small") as string, expect.stringContaining("no") as string],
    });
    expect(strict.stat().exists).toBe(false);
  });

  it("that is asynchronous is refused, and its own failure is nobody's crash", async () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): unknown => unhandled.push(error);
    process.on("unhandledRejection", note);
    try {
      for (const validate of [async () => ({ value: 1 }), async () => await Promise.reject(new Error("boom"))]) {
        const strict = openEventLog(file, { schema: schemaOf(validate) });
        await expect(strict.append(event)).rejects.toMatchObject({ code: "INVALID_EVENT" });
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    } finally {
      process.off("unhandledRejection", note);
    }
    expect(unhandled).toEqual([]);
  });

  it("that throws is INVALID_EVENT", async () => {
    const strict = openEventLog(file, {
      schema: schemaOf(() => {
        throw new Error("boom");
      }),
    });
    await expect(strict.append(event)).rejects.toMatchObject({ code: "INVALID_EVENT", index: 0 });
  });

  it("that changes the event while it looks at it cannot smuggle in what is no JSON", async () => {
    const strict = openEventLog(file, {
      schema: schemaOf((value) => {
        (value as { data: Record<string, unknown> }).data["n"] = Number.NaN;
        return { value };
      }),
    });
    const result = await strict.append({ type: "a", data: { n: 1 } }).catch((error: unknown) => error);
    const [stored] = (await strict.readAll()).events;
    if (!(result instanceof Error)) expect(stored?.data).toEqual({ n: 1 });
  });
});
