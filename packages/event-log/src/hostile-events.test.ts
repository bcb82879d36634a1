import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDirectoryLock, type Disk, nodeDisk } from "@agentlog/durable-fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog, type EventLog, type NewLogEvent } from "./index.js";

/** Events that no honest caller hands over. What can be stored and what cannot is in values.test.ts, sizes are in limits.test.ts. */

let dir: string;
let file: string;
let log: EventLog;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "log", "events.jsonl");
  log = openEventLog(file);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** An object with a key of its own that an assignment might take for something else. */
const keyed = (key: string, value: unknown): Record<string, unknown> =>
  JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`) as Record<string, unknown>;

/** Appends an event in every way there is, and looks that every way to read it gives it back, before and after a repair. */
async function roundTrip(event: NewLogEvent): Promise<void> {
  await log.append(event);
  await log.appendMany([event, event]);
  log.appendSync(event);
  await spool(event);
  const { seq } = await log.append({ type: "last", data: {} });
  expect(seq).toBe(5);
  const lines = (): string[] => readFileSync(file, "utf8").trimEnd().split("\n");
  const body = JSON.stringify(event).slice(1, -1);
  const check = async (): Promise<void> => {
    const { events, damage } = await log.readAll({ strict: true });
    expect(damage).toEqual([]);
    const followed: string[] = [];
    for await (const one of log.follow()) if (followed.push(JSON.stringify(one)) === 6) break;
    expect(followed).toEqual(events.map((one) => JSON.stringify(one)));
    for (const [index, one] of events.slice(0, 5).entries()) {
      expect(lines()[index]).toContain(body);
      expect(JSON.stringify(one)).toContain(body);
      expect([one.id, one.type]).toEqual([event.id, event.type]);
      expect(JSON.stringify(log.dataOf(one))).toBe(JSON.stringify(event.data));
    }
    expect((await log.verify()).ok).toBe(true);
  };
  await check();
  expect((await log.repair()).changed).toBe(false);
  await check();
}

/** The way through the spool: the lock is somebody else's. */
async function spool(event: NewLogEvent): Promise<void> {
  const patient = openEventLog(file, { lockTimeoutMs: 0, onLockTimeout: "spool" });
  const lock = createDirectoryLock(`${file}.lock`);
  const result = await lock.run(() => patient.append(event), { timeoutMs: 5_000 });
  expect(result).toEqual({ status: "spooled", id: event.id });
  await patient.close();
}

const eventOf = (text: string, data: object = {}): NewLogEvent => ({
  id: text,
  time: "2026-01-31T12:00:00.000Z",
  type: text,
  data,
});

describe("names of Object.prototype", () => {
  it.each(["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "toJSON", "then"])(
    "[H-36] %s as an id, a type, a key and a text, at any depth",
    async (name) => {
      const data = keyed(name, [keyed(name, keyed("polluted", 1)), name, { [`${name}2`]: keyed(name, "x") }]);
      await roundTrip({ ...eventOf(name, data), ...(name === "toJSON" ? {} : keyed("session", name)) });
      const top = { ...eventOf(name, {}) };
      Object.defineProperty(top, name, { value: keyed("polluted", 1), enumerable: true });
      const { seq } = await log.append(top);
      const stored = (await log.readAll()).events[seq]!;
      expect(Object.getOwnPropertyDescriptor(stored, name)?.value).toEqual({ polluted: 1 });
      expect(Object.getPrototypeOf(stored)).toBe(Object.prototype);
      expect([({} as { polluted?: 1 }).polluted, (Object as unknown as { polluted?: 1 }).polluted]).toEqual([undefined, undefined]); // prettier-ignore
    },
  );
});

describe("texts that look like paths", () => {
  const PATHS: readonly (readonly [group: number, text: string])[] = [
    ...["../x", "..\\x", "/etc/x", "C:\\x", "\\\\srv\\s", "a/b", ".", "..", "é".repeat(127), "a\0b", "a\nb", "-rf", "~", "$HOME", "%2e%2e%2f", "..%00/"].map((text) => [37, text] as const), // prettier-ignore
    ...["CON", "nul.jsonl", "aux.", "x:stream", "x ", "x."].map((text) => [38, text] as const),
    ...["Session", "session", "é", "e\u0301", "．．／", "ß", "SS"].map((text) => [39, text] as const),
  ];

  it("[H-37] [H-38] [H-39] as an id, a type and a key: kept as they are, told apart, and no path", async () => {
    for (const [, text] of PATHS) await log.append(eventOf(text, { [text]: text }));
    const { events } = await log.readAll({ strict: true });
    expect(events.map(({ id }) => id)).toEqual(PATHS.map(([, text]) => text));
    expect(events.map(({ type, data }) => [type, data])).toEqual(PATHS.map(([, text]) => [text, { [text]: text }]));
    expect(readdirSync(dir)).toEqual(["log"]);
    expect(readdirSync(join(dir, "log")).filter((name) => !name.startsWith("events.jsonl"))).toEqual([]);
  });

  it("[H-37] an id that is empty or longer than 256 characters is refused; bytes do not matter", async () => {
    for (const id of ["", "x".repeat(257), "x".repeat(1_000_000)]) {
      await expect(log.append({ ...eventOf("a"), id })).rejects.toMatchObject({ code: "INVALID_EVENT", index: 0 });
    }
    for (const id of ["x".repeat(256), "é".repeat(256), "💥".repeat(128)]) {
      const { seq } = await log.append({ ...eventOf("a"), id });
      expect((await log.readAll()).events[seq]?.id).toBe(id);
    }
  });
});

describe("characters", () => {
  const CHARACTERS: readonly (readonly [group: number, what: string, text: string])[] = [
    [40, "emoji, joined and coloured", "👩‍👩‍👧‍👦👍🏿🏳️‍🌈"],
    [40, "marks of direction", "\u202Egnp.exe\u202C\u2066\u2069\u200E\u200F"],
    [40, "characters without width", "a\u200B\u200C\u200D\u2060b"],
    [40, "line and paragraph separators", "a\u2028b\u2029c\u0085d"],
    [40, "byte-order marks", "\uFEFFa\uFEFF"],
    [40, "noncharacters", "\uFFFE\uFFFF\uFDD0\u{1FFFE}\u{10FFFF}"],
    [40, "control characters", "\u0000\u0001\u001B[31m\u007F\u009B\r\n\t\b"],
    [40, "the seal, a crc and a line's end", '~\n","crc":"00000000"}\n{"seq":0,'],
    [41, "half a pair, the first", "a\uD800"],
    [41, "half a pair, the second", "\uDC00b"],
    [41, "a pair in the wrong order", "\uDC00\uD800"],
  ];

  it.each(CHARACTERS)("[H-%i] %s come back byte for byte, as id, type, key and text", async (group, _, text) => {
    await roundTrip(eventOf(text, { [text]: [text, { [text]: text }] }));
    const written = readFileSync(file);
    // Whole characters are written as they are, halves as an escape: no replacement character anywhere.
    expect(written.includes("\uFFFD")).toBe(false);
    if (group === 41) expect(written.toString("latin1")).toMatch(/\\ud[89abcdef]\w\w/);
  });
});

describe("values", () => {
  it.each<readonly [string, () => unknown]>([
    ["-Infinity", () => Number.NEGATIVE_INFINITY],
    ["a Set", () => new Set([1])],
    ["a WeakMap", () => new WeakMap()],
    ["an ArrayBuffer", () => new ArrayBuffer(2)],
    ["a DataView", () => new DataView(new ArrayBuffer(2))],
    ["a regular expression", () => /x/],
    ["an error", () => new Error("secret")],
    ["a promise", () => Promise.resolve(1)],
    ["a URL", () => new URL("http://secret.example")],
    ["arguments of a prototype of one's own", () => Object.create({ inherited: 1 }) as object],
    ["a generator", () => (function* () { yield 1; })()], // prettier-ignore
  ])("[H-44] %s is INVALID_EVENT, told without its content, and the queue goes on", async (_, make) => {
    const failure: unknown = await log.append({ type: "a", data: { value: make() } }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "INVALID_EVENT", index: 0 });
    expect(String(failure)).not.toContain("secret");
    expect(await log.append({ type: "a", data: {} })).toMatchObject({ seq: 0 });
  });

  it("[H-42] [H-27] many keys and long keys count by their bytes", async () => {
    const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`key ${n}`, n]));
    await expect(log.append({ type: "a", data: many })).rejects.toMatchObject({ code: "EVENT_TOO_LARGE" });
    await expect(log.append({ type: "a", data: { ["é".repeat(600_000)]: 1 } })).rejects.toMatchObject({
      code: "EVENT_TOO_LARGE",
    });
    const list: unknown[] = Array.from({ length: 600_000 }, () => 1);
    await expect(log.append({ type: "a", data: { list } })).rejects.toMatchObject({ code: "EVENT_TOO_LARGE" });
    expect(log.stat().exists).toBe(false);
  });

  it("[H-43] each getter is asked once, whatever it does then", async () => {
    const asked: string[] = [];
    const data = {
      get first() {
        asked.push("first");
        Object.defineProperty(data, "added", { value: "later", enumerable: true, configurable: true });
        return { nested: 1 };
      },
      get second() {
        asked.push("second");
        void log.append({ type: "from within", data: {} });
        return 2;
      },
    };
    await log.append({ type: "a", data });
    expect(asked).toEqual(["first", "second"]);
    const { events } = await log.readAll({ strict: true });
    expect(events.map(({ type }) => type).toSorted()).toEqual(["a", "from within"]);
    expect(events.find(({ type }) => type === "a")?.data).toEqual({ first: { nested: 1 }, second: 2 });
  });

  it("[H-45] a caller that changes, empties and freezes what it handed over changes nothing of what is stored", async () => {
    const inner = { list: [1, 2], text: "then" };
    const events = [1, 2, 3].map((n) => ({ type: "a", data: { n, inner } as Record<string, unknown> }));
    const appended = log.appendMany(events);
    inner.list.length = 0;
    inner.text = "now";
    for (const event of events) for (const key of Object.keys(event.data)) delete event.data[key];
    Object.freeze(events.splice(0));
    const single = { type: "b", data: { inner: { list: [3] } } };
    const second = log.append(single);
    single.data.inner.list.push(Number.NaN);
    queueMicrotask(() => (single.data.inner.list = []));
    await Promise.all([appended, second]);
    expect((await log.readAll({ strict: true })).events.map(({ data }) => data)).toEqual([
      ...[1, 2, 3].map((n) => ({ n, inner: { list: [1, 2], text: "then" } })),
      { inner: { list: [3] } },
    ]);
  });
});

describe("many at once", () => {
  it("[H-46] 10,000 appends of a kilobyte in one turn go in their order, in writes of bounded size", async () => {
    const writes: number[] = [];
    const writeSync = ((...args: Parameters<Disk["writeSync"]>) => {
      writes.push(Number(args[3]));
      return nodeDisk.writeSync(...args);
    }) as Disk["writeSync"];
    const watched = openEventLog(file, { disk: { ...nodeDisk, writeSync } });
    const data = { text: "x".repeat(1_000) };
    const results = await Promise.all(
      Array.from({ length: 10_000 }, (_, n) => watched.append({ type: "a", data, id: `evt_${n}` })),
    );
    expect(results.every(({ seq, id }, n) => seq === n && id === `evt_${n}`)).toBe(true);
    expect(Math.max(...writes)).toBeLessThan(6 * 1024 * 1024);
    expect(writes.length).toBeLessThan(20);
    expect((await log.verify()).ok).toBe(true);
  });

  it("[H-48] a batch with one event that cannot be stored: its place is told, none is appended, the next one is", async () => {
    const good = { type: "a", data: {} };
    await log.append(good);
    for (const [place, bad] of [{ type: "a", data: { n: 1n } }, null, { type: "" }, { ...good, seq: 1 }].entries()) {
      const batch = [good, good, good, good].toSpliced(place, 1, bad as NewLogEvent);
      const before = readFileSync(file);
      await expect(log.appendMany(batch)).rejects.toMatchObject({ code: "INVALID_EVENT", index: place });
      expect(readFileSync(file).equals(before)).toBe(true);
      expect(await log.append(good)).toMatchObject({ seq: place + 1 });
    }
    expect(await log.appendMany([])).toEqual([]);
    expect(await log.appendMany([good, good])).toMatchObject([{ seq: 5 }, { seq: 6 }]);
    expect((await log.verify()).events).toBe(7);
  });
});
