import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EventLog, openEventLog } from "./index.js";
import { batchOf, chainOf, fieldsOf, hashOf, lineOf, withCrc } from "./testing/forge.js";
import { endure, type Ordeal } from "./testing/ordeal.js";

/** Files that no writer of this format leaves: each is read, followed, verified, appended to and repaired. */

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const [a, b, c, d] = chainOf(4) as [string, string, string, string];
const text = (...lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
const around = (...middle: readonly string[]): string => text(a, ...middle, b, c);
const NUL = "\0";

const sound = (seqs: readonly number[]): Ordeal => ({ seqs, damage: [], ok: true, next: (seqs.at(-1) ?? -1) + 1 });
const damaged = (seqs: readonly number[], ...damage: readonly string[]): Ordeal => ({
  seqs,
  damage,
  ok: false,
  next: (seqs.at(-1) ?? -1) + 1,
});
const alien = (...damage: readonly string[]): Ordeal => ({ seqs: [], damage, ok: false, next: "NOT_A_LOG" });
/** One bad line between the first and the second event. */
const oneTorn = damaged([0, 1, 2], "torn 2");

type Case = readonly [group: number, what: string, content: string | Uint8Array, expected: Ordeal];

describe("the end of the file", () => {
  const accented = lineOf(fieldsOf(2, { data: { text: "é✓💥" }, prev: hashOf(b) }));
  const cutAt = (character: string, keep: number): Buffer => {
    const bytes = Buffer.from(text(a, b, accented));
    return bytes.subarray(0, bytes.indexOf(character) + keep);
  };
  const cases: readonly Case[] = [
    [1, "a last line without its newline", `${text(a, b)}${c}`, sound([0, 1])],
    [1, "an only line without its newline", a, sound([])],
    [1, "a last line that was sealed in half", `${text(a, b)}${c}~`, sound([0, 1])],
    [2, "a last line cut in a character of 2 bytes", cutAt("é", 1), sound([0, 1])],
    [2, "a last line cut in a character of 3 bytes", cutAt("✓", 2), sound([0, 1])],
    [2, "a last line cut in a character of 4 bytes", cutAt("💥", 3), sound([0, 1])],
    [7, "143 KB of NULs without a newline", `${text(a, b)}${NUL.repeat(143_000)}`, sound([0, 1])],
    [9, "NULs alone", NUL.repeat(10_000), alien()],
    [9, "NULs and a newline", `${NUL.repeat(10_000)}\n`, alien("torn 1")],
    [9, "one NUL", NUL, alien()],
    [10, "one newline", "\n", sound([])],
    [10, "10,000 newlines", "\n".repeat(10_000), sound([])],
    [10, "newlines before, between and behind", `\n\n\n${text(a)}\n\n${text(b)}\n\n`, sound([0, 1])],
    [10, "an empty file", "", sound([])],
    [10, "10,000 newlines between, and damage behind them", `${text(a)}${"\n".repeat(10_000)}${text("torn", b)}`, damaged([0, 1], "torn 10002")], // prettier-ignore
  ];
  it.each(cases)("[H-%i] %s", async (_, __, content, expected) => {
    expect(await endure(dir, content)).toEqual(expected);
  });

  it("[H-3] a last batch cut anywhere: what was before counts, and the next batch follows it", async () => {
    const batch = batchOf([2, 3, 4], [[0, 3], [1, 3], [2, 3]]); // prettier-ignore
    const whole = Buffer.from(text(a, b, ...batch));
    const from = Buffer.byteLength(text(a, b));
    const ends = batch.map((_, index) => from + Buffer.byteLength(text(...batch.slice(0, index + 1))));
    const cuts = new Set(ends.flatMap((end) => [end - 1, end]).filter((cut) => cut < whole.length));
    for (let cut = from; cut < whole.length; cut += 61) cuts.add(cut);
    for (const cut of cuts) expect(await endure(dir, whole.subarray(0, cut))).toEqual(sound([0, 1]));
  });
});

describe("other content", () => {
  const utf16 = (order: "le" | "be", mark: string): Buffer => {
    const bytes = Buffer.from(`${mark}${text(a, b)}`, "utf16le");
    return order === "le" ? bytes : bytes.swap16();
  };
  const cases: readonly Case[] = [
    [4, "}{: two events on one line, others behind", text(a, b + c, d), damaged([0, 3], "torn 2", "gap 3")],
    [4, "}{: two events on one line at the end", text(a, b + c), damaged([0], "torn 2")],
    [4, "}{: an event that is there twice on one line, and once more", around(b + b), oneTorn],
    [5, "the front of an event glued to another", text(a, b.slice(0, 57) + c, d), damaged([0, 3], "torn 2", "gap 3")],
    [5, "the front of an event glued to itself", text(a, b.slice(0, 57) + b, c), damaged([0, 2], "torn 2", "gap 3")],
    [5, "the back of an event glued to another", around(a.slice(57) + b), oneTorn],
    ...[1, 200, 444, 700].map((count): Case => [
      6,
      `a line of ${count} NULs in the middle`,
      around(NUL.repeat(count)),
      oneTorn,
    ]),
    [8, "9 KB of NULs behind an event", text(a, b + NUL.repeat(9_000), c), damaged([0, 2], "torn 2", "gap 3")],
    [8, "9 KB of NULs before an event", text(a, NUL.repeat(9_000) + b, c), damaged([0, 2], "torn 2", "gap 3")],
    [11, "CRLF everywhere", text(a, b, c).replaceAll("\n", "\r\n"), alien("torn 1", "torn 2", "torn 3")],
    [11, "CRLF once", text(a, `${b}\r`, c), damaged([0, 2], "torn 2", "gap 3")],
    [11, "CR alone", text(a, b, c).replaceAll("\n", "\r"), alien()],
    [12, "a byte-order mark", `\uFEFF${text(a, b, c)}`, damaged([1, 2], "torn 1", "gap 2")],
    [12, "a byte-order mark before an only event", `\uFEFF${text(a)}`, alien("torn 1")],
    [12, "a byte-order mark in the middle", text(a, `\uFEFF${b}`, c), damaged([0, 2], "torn 2", "gap 3")],
    [13, "UTF-16, little end first", utf16("le", ""), alien("torn 1", "torn 2")],
    [13, "UTF-16, little end first, with a mark", utf16("le", "\uFEFF"), alien("not-utf8 1", "torn 2")],
    [13, "UTF-16, big end first", utf16("be", ""), alien("torn 1", "torn 2")],
    [13, "UTF-16, big end first, with a mark", utf16("be", "\uFEFF"), alien("not-utf8 1", "torn 2")],
  ];
  it.each(cases)("[H-%i] %s", async (_, __, content, expected) => {
    expect(await endure(dir, content)).toEqual(expected);
  });
});

describe("sequence numbers", () => {
  const zombie = lineOf(fieldsOf(1, { id: "evt_zombie", prev: hashOf(a) }));
  const other = chainOf(5, 0, "f".repeat(32));
  const none = [-1, 1.5, 1e21, "7", null, undefined, true, [1], {}, 2 ** 53, 2 ** 48, "__proto__"];
  const spelled = (seq: string): string => withCrc(JSON.stringify(fieldsOf(1)).slice(0, -1).replace(":1,", `:${seq},`));
  const cases: readonly Case[] = [
    [14, "one number twice, by two writers", text(a, b, zombie, c), damaged([0, 1, 2], "stale 3")],
    [14, "the last number twice", text(a, b, zombie), damaged([0, 1], "stale 3")],
    [15, "a number missing", text(a, b, d), damaged([0, 1, 3], "gap 3")],
    [15, "the first number missing", text(b, c), damaged([1, 2], "gap 1")],
    [16, "the log twice", text(a, b, c, a, b, c), damaged([0, 1, 2], "stale 4", "stale 5", "stale 6")],
    [16, "a shorter log behind it", text(a, b, c, ...other.slice(0, 2)), damaged([0, 1, 2], "stale 4", "stale 5")],
    // The rule looks at numbers alone: those that this log does not have count, and `verify` finds the broken chain.
    [16, "a longer log behind it", text(a, b, c, ...other), damaged([0, 1, 2, 3, 4], "stale 4", "stale 5", "stale 6")],
    ...none.map((seq): Case => [17, `${JSON.stringify(seq)} for a number`, around(lineOf(fieldsOf(seq))), oneTorn]),
    [17, "0 for a number, which the first event has", around(lineOf(fieldsOf(0))), damaged([0, 1, 2], "stale 2")],
    [17, "a number in an inner object alone", around(withCrc('{"data":{"seq":1}')), oneTorn],
    [17, "a number in __proto__ alone", around(withCrc('{"__proto__":{"seq":1,"id":"a"},"data":{}')), oneTorn],
    ...["-1e0", "1e400", "0.1e1x", "01", "+1", "1_0", "NaN", "0x1"].map((seq): Case => [
      17,
      `${seq} for a number`,
      around(spelled(seq)),
      oneTorn,
    ]),
    [17, "-0 for the first number", text(withCrc(JSON.stringify(fieldsOf(0)).slice(0, -1).replace(":0,", ":-0,"))), sound([-0])], // prettier-ignore
  ];
  it.each(cases)("[H-%i] %s", async (_, __, content, expected) => {
    expect(await endure(dir, content)).toEqual(expected);
  });
});

describe("checksums and JSON", () => {
  const lettered = chainOf(60).find((line) => /"[a-f][0-9a-f]{7}"\}$/.test(line))!;
  const flip = (at: number): Buffer => {
    const bytes = Buffer.from(around(b));
    bytes[a.length + 1 + at]! ^= 1;
    return bytes;
  };
  const head = JSON.stringify(fieldsOf(1)).slice(0, -1);
  const twice = (first: string, second: string): string =>
    withCrc(JSON.stringify(fieldsOf(1, { prev: hashOf(a) })).slice(0, -1).replace('"seq":1', `"seq":${first},"seq":${second}`)); // prettier-ignore
  const cases: readonly Case[] = [
    [18, "a crc wrong by one bit", flip(b.length - 3), oneTorn],
    [18, "a text wrong by one bit", flip(30), oneTorn],
    [18, "no crc", around(JSON.stringify(fieldsOf(1))), oneTorn],
    [18, "a crc in upper case", around(lettered.replace(/\w{8}"\}$/, (crc) => crc.toUpperCase())), oneTorn],
    [18, "a crc of 9 digits", around(b.replace(/"\}$/, '0"}')), oneTorn],
    [18, "a crc of 7 digits", around(b.replace(/\w"\}$/, '"}')), oneTorn],
    [18, "a crc that is a number", around(b.replace(/"\w{8}"\}$/, "12345678}")), oneTorn],
    [18, "a crc that is not last", around(`${b.slice(0, -1)},"x":1}`), oneTorn],
    [18, "a crc alone", around(withCrc("").slice(1)), oneTorn],
    ...[
      '{"seq":1,',
      "",
      "{",
      '{"seq":1,"id":"a"',
      `${head},"x":NaN`,
      `${head},'x':1`,
      `${head}/*x*/`,
      `${head},`,
      `${head},"x":"\u0001"`,
      `${head},"x":"\\x41"`,
      `[${head}}`,
      `${head}}{"x":1`,
    ].map(
      // prettier-ignore
      (start): Case => [19, `a right crc behind no JSON: ${JSON.stringify(start.slice(-12))}`, around(withCrc(start)), oneTorn], // prettier-ignore
    ),
    [20, "a number twice, the last of them right", text(a, twice("7", "1"), b, c), damaged([0, 1, 2], "stale 3")],
    [20, "a number twice, the first of them right", text(a, twice("1", "0"), b, c), damaged([0, 1, 2], "stale 2")],
    [20, "a number twice, the last of them none", text(a, twice("1", '"1"'), b, c), oneTorn],
    [20, "a crc twice", text(a, withCrc(`${head},"crc":"00000000"`), b, c), damaged([0, 1, 2], "stale 3")],
    [20, "a batch twice", around(withCrc(`${head},"batch":[0,2],"batch":[0,1]`)), oneTorn],
  ];
  it.each(cases)("[H-%i] %s", async (_, __, content, expected) => {
    expect(await endure(dir, content)).toMatchObject(expected);
  });
});

describe("batches", () => {
  const line = (batch: unknown): string => lineOf(fieldsOf(1, { batch, prev: hashOf(a) }));
  const partial = damaged([0, 1, 2], "partial-batch 2");
  const cases: readonly Case[] = [
    [21, "two of three lines, then another", around(...batchOf([1, 2], [[0, 3], [1, 3]])), partial], // prettier-ignore
    [
      21,
      "one of two lines, then damage",
      around(line([0, 2]), "torn"),
      damaged([0, 1, 2], "partial-batch 2", "torn 3"),
    ],
    [21, "one of two lines, then a whole batch", text(a, line([0, 2]), ...batchOf([1, 2], [[0, 2], [1, 2]])), damaged([0, 1, 2], "partial-batch 2")], // prettier-ignore
    [21, "two of three lines at the end", text(a, ...batchOf([1, 2], [[0, 3], [1, 3]])), sound([0])], // prettier-ignore
    [22, "of a billion lines", around(line([0, 1_000_000_000])), oneTorn],
    [22, "of 2^53 lines", around(line([0, 2 ** 53])), oneTorn],
    [22, "of one line more than may be", around(line([0, 65_537])), oneTorn],
    [22, "of as many lines as may be, with one", around(line([0, 65_536])), partial],
    [23, "that begins with its last line", around(line([2, 3])), partial],
    ...[[-1, 3], ["0", "3"], [3, 3], [0, 1], [0], [0, 2, 3], [0.5, 2], [null, 2], {}, "0,2", true].map(
      (batch): Case => [23, JSON.stringify(batch), around(line(batch)), oneTorn],
    ),
  ];
  it.each(cases)("[H-%i] a batch %s", async (_, __, content, expected) => {
    expect(await endure(dir, content)).toMatchObject(expected);
  });
});

describe("size", () => {
  const head = JSON.stringify(fieldsOf(1)).slice(0, -1);
  const nest = (open: string, close: string, levels: number): string =>
    withCrc(`${head},"x":${open.repeat(levels)}0${close.repeat(levels)}`);
  const deep = damaged([0, 1, 2], "too-deep 2");
  const cases: readonly Case[] = [
    [26, "65 levels", around(nest("[", "]", 64)), deep],
    [26, "10,000 levels of arrays", around(nest("[", "]", 10_000)), deep],
    [26, "10,000 levels of objects", around(nest('{"a":', "}", 10_000)), deep],
    [26, "10,000 levels of __proto__", around(nest('{"__proto__":', "}", 10_000)), deep],
    [26, "100,000 levels that are never closed", around(withCrc(`${head},"x":${"[".repeat(100_000)}`)), oneTorn],
    [26, "2 MB of nothing but [", around("[".repeat(2 ** 21)), oneTorn],
    [26, "64 levels", text(a, withCrc(`${head.replace(/0{32}/, hashOf(a))},"x":${"[".repeat(63)}${"]".repeat(63)}`)), sound([0, 1])], // prettier-ignore
    [27, "one key 100,000 times", text(a, withCrc(`${head},"x":{${'"k":0,'.repeat(100_000)}"k":1}`), c), { seqs: [0, 1, 2], damage: [] } as unknown as Ordeal], // prettier-ignore
    [27, "10,000 keys", text(a, withCrc(`${head},"x":{${Array.from({ length: 10_000 }, (_, n) => `"${n * 4093}k":0`).join()}}`), c), { seqs: [0, 1, 2], damage: [] } as unknown as Ordeal], // prettier-ignore
  ];
  it.each(cases)("[H-%i] %s", async (_, __, content, expected) => {
    expect(await endure(dir, content)).toMatchObject(expected);
  });
});

describe("what is sound, and strange", () => {
  const put = (line: string): EventLog => {
    const file = join(dir, "events.jsonl");
    writeFileSync(file, text(line), { mode: 0o600 });
    return openEventLog(file);
  };
  const headOf = (data: string): string => JSON.stringify(fieldsOf(0)).slice(0, -1).replace('{"n":0}', data);

  it("[H-27] a million keys fit a line, and are read; a line's bytes are the only limit on them", async () => {
    const keys = Array.from({ length: 1_000_000 }, (_, n) => `"k${n}":0`).join();
    const log = put(withCrc(headOf(`{${keys}}`)));
    const { events, damage } = await log.readAll();
    expect([Object.keys(events[0]!.data).length, damage]).toEqual([1_000_000, []]);
  });

  it("[H-28] a number that no double holds is read as JSON.parse reads it, and its text is kept", async () => {
    const numbers = "[1e309,-1e309,9007199254740993,-0,1E-400,0.1e1,123456789012345678901234567890]";
    const log = put(withCrc(headOf(`{"n":${numbers}}`)));
    appendFileSync(log.path, "torn\n");
    await log.repair();
    const [event] = (await log.readAll()).events;
    expect(event?.data).toEqual({ n: [Infinity, -Infinity, 9007199254740992, -0, 0, 1, 1.2345678901234568e29] });
    expect(readFileSync(log.path, "utf8")).toContain(numbers);
    expect((await log.verify()).ok).toBe(true);
    // What was read so cannot be written: no JSON says it.
    await expect(log.append({ type: "note.taken", data: event!.data })).rejects.toMatchObject({
      code: "INVALID_EVENT",
    });
  });
});
