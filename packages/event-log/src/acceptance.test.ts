import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Lock } from "@agentlog/durable-fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog, type Damage } from "./index.js";
import { present } from "./testing/present.js";
import { batchOf, chainOf, fieldsOf, hashOf, lineOf, withCrc } from "./testing/forge.js";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const put = (content: string | Uint8Array): void => writeFileSync(file, content, { mode: 0o600 });
const lines = (all: readonly string[]): string => all.map((line) => `${line}\n`).join("");
const read = async (): Promise<{ seqs: number[]; damage: readonly Damage[] }> => {
  const { events, damage } = await openEventLog(file).readAll();
  return { seqs: events.map(({ seq }) => seq), damage };
};
const kinds = (damage: readonly Damage[]): string[] => damage.map(({ kind }) => kind);

describe("[EL-2] damage in the middle of three sound lines", () => {
  const [a, b, c] = chainOf(3) as [string, string, string];
  const offset = a.length + 1;
  const flip = (text: string, at: number): Buffer => {
    const bytes = Buffer.from(text);
    bytes[at] = (bytes[at] ?? 0) ^ 1;
    return bytes;
  };
  const upper = (line: string): string =>
    line.replace(/[0-9a-f]{8}"\}$/, (crc) => `${crc.slice(0, 8).toUpperCase()}"}`);
  const lettered = chainOf(60).find((line) => /[a-f][0-9a-f]{0,7}"\}$/.test(line)) ?? "";
  const middle: readonly [string, string | Uint8Array, Damage["kind"]][] = [
    ["crc wrong by one bit", flip(b, b.length - 3), "torn"],
    ["one bit of the text", flip(b, 30), "torn"],
    ["crc missing", JSON.stringify(fieldsOf(1)), "torn"],
    ["crc in upper case", upper(lettered), "torn"],
    ["crc of nine digits", b.replace(/"\}$/, '0"}'), "torn"],
    ["crc not last", `${b.slice(0, -1)},"x":1}`, "torn"],
    ["spaces behind it", `${b} `, "torn"],
    ["a carriage return", `${b}\r`, "torn"],
    ["NULs behind it", `${b}${"\0".repeat(9_000)}`, "torn"],
    ["a run of NULs", "\0".repeat(444), "torn"],
    ["two records glued together", b + b, "torn"],
    ["the front of a record glued to a whole one", b.slice(0, 57) + b, "torn"],
    ["a fragment", b.slice(0, 57), "torn"],
    ["a sealed record", `${b}~`, "torn"],
    ["a text", "hello", "torn"],
    ["an array with a right crc", withCrc('["seq",1').replace(/\}$/, "]"), "torn"],
    ["no JSON, with a right crc", withCrc('{"seq":1,'), "torn"],
    ["bytes that are no UTF-8", Buffer.concat([Buffer.from('{"seq":'), Buffer.from([0xff, 0xfe])]), "not-utf8"],
    ["a cut UTF-8 sequence", Buffer.from("é").subarray(0, 1), "not-utf8"],
    ["65 levels", lineOf(fieldsOf(1, { data: nested(64) })), "too-deep"],
    ["10,000 levels", lineOf(fieldsOf(1)).replace(/"data":.*/, "") + "[".repeat(10_000), "torn"],
    ["10,000 levels with a right crc", deepLine(10_000), "too-deep"],
    ["a million levels with a right crc", deepLine(1_000_000), "too-deep"],
  ];

  it.each(middle)("[EL-2] %s is reported with line and offset, and nothing else is lost", async (_, text, kind) => {
    const bytes = typeof text === "string" ? Buffer.from(text) : Buffer.from(text);
    put(Buffer.concat([Buffer.from(`${a}\n`), bytes, Buffer.from(`\n${lines([b, c])}`)]));
    expect(await read()).toEqual({
      seqs: [0, 1, 2],
      damage: [{ kind, line: 2, offset, bytes: bytes.length + 1 }],
    });
  });

  it("[EL-2] [H-7] keeps reading behind 143 KB of NULs with no newline once they are sealed", async () => {
    put(`${lines([a])}${"\0".repeat(143_000)}`);
    expect(await read()).toEqual({ seqs: [0], damage: [] });
    await openEventLog(file).append({ type: "a", data: {} });
    expect(await read()).toEqual({
      seqs: [0, 1],
      damage: [{ kind: "torn", line: 2, offset, bytes: 143_002 }],
    });
  });

  it("[EL-2] ignores blank lines", async () => {
    put(`\n\n${lines([a])}\n${lines([b])}\n\n${lines([c])}`);
    expect(await read()).toEqual({ seqs: [0, 1, 2], damage: [] });
  });

  it("[EL-2] a byte-order mark costs the first line and no other", async () => {
    put(`\uFEFF${lines([a, b, c])}`);
    const { seqs, damage } = await read();
    expect([seqs, kinds(damage)]).toEqual([
      [1, 2],
      ["torn", "gap"],
    ]);
  });

  it("[EL-2] nothing counts in a file with CRLF line ends or in UTF-16", async () => {
    put(lines([a, b, c]).replaceAll("\n", "\r\n"));
    expect(await read()).toMatchObject({ seqs: [], damage: [{ line: 1 }, { line: 2 }, { line: 3 }] });
    put(Buffer.from(lines([a, b, c]), "utf16le"));
    expect((await read()).seqs).toEqual([]);
  });
});

describe("[EL-2] sequence numbers", () => {
  it.each([[-1], [1.5], [1e21], ["7"], [null], [undefined], [true], [[1]], [2 ** 53], [2 ** 48]])(
    "[EL-2] %j is none, whatever its crc",
    async (seq) => {
      put(lines([...chainOf(2), lineOf(fieldsOf(seq)), ...chainOf(1, 2)]));
      const { seqs, damage } = await read();
      expect([seqs, kinds(damage)]).toEqual([[0, 1, 2], ["torn"]]);
    },
  );

  it.each([
    ["id", 5],
    ["id", ""],
    ["time", null],
    ["type", undefined],
    ["type", ""],
    ["data", []],
    ["data", "text"],
    ["data", null],
    ["writer", 1],
    ["prev", "XYZ"],
    ["prev", "A".repeat(32)],
    ["prev", undefined],
  ])("[EL-2] a line whose %s is %j does not count", async (field, value) => {
    put(lines([...chainOf(1), lineOf(fieldsOf(1, { [field]: value })), ...chainOf(1, 1)]));
    const { seqs, damage } = await read();
    expect([seqs, kinds(damage)]).toEqual([[0, 1], ["torn"]]);
  });

  it("[EL-2] the first of two lines with one number counts, the other is stale", async () => {
    const [a, b, c] = chainOf(3);
    const again = lineOf(fieldsOf(1, { data: { n: "zombie" } }));
    put(lines([present(a), present(b), again, present(c)]));
    const { seqs, damage } = await read();
    expect(seqs).toEqual([0, 1, 2]);
    const offset = Buffer.byteLength(lines([present(a), present(b)]));
    expect(damage).toEqual([{ kind: "stale", line: 3, offset, bytes: again.length + 1, seq: 1 }]);
  });

  it("[EL-2] a missing number is a gap, named, and what follows counts", async () => {
    const all = chainOf(9);
    put(lines([...all.slice(0, 5), ...all.slice(7)]));
    const { seqs, damage } = await read();
    expect(seqs).toEqual([0, 1, 2, 3, 4, 7, 8]);
    const offset = Buffer.byteLength(lines(all.slice(0, 5)));
    expect(damage).toEqual([{ kind: "gap", line: 6, offset, bytes: 0, seq: 5, to: 6 }]);
  });

  it("[EL-2] one key twice is one value, for the crc and for the reader", async () => {
    const twice = withCrc(JSON.stringify(fieldsOf(5)).slice(0, -1).replace('"seq":5', '"seq":5,"seq":1'));
    put(lines([...chainOf(1), twice]));
    expect((await read()).seqs).toEqual([0, 1]);
  });

  it("[EL-2] the first event of a log that lost its beginning is accepted behind a gap", async () => {
    put(lines(chainOf(4).slice(2)));
    expect(await read()).toMatchObject({ seqs: [2, 3], damage: [{ kind: "gap", offset: 0, seq: 0, to: 1 }] });
  });
});

describe("[EL-2] batches", () => {
  const around = (batch: readonly string[]): void => put(lines([...chainOf(1), ...batch, ...chainOf(1, 1)]));

  it("[EL-2] a whole batch counts", async () => {
    put(
      lines([
        ...chainOf(1),
        ...batchOf(
          [1, 2, 3],
          [
            [0, 3],
            [1, 3],
            [2, 3],
          ],
        ),
        ...chainOf(1, 4),
      ]),
    );
    expect(await read()).toEqual({ seqs: [0, 1, 2, 3, 4], damage: [] });
  });

  it.each([
    [
      "the last line missing",
      [1, 2],
      [
        [0, 3],
        [1, 3],
      ],
    ],
    [
      "the first line missing",
      [2, 3],
      [
        [1, 3],
        [2, 3],
      ],
    ],
    ["only the last line", [3], [[2, 3]]],
    [
      "the middle missing",
      [1, 3],
      [
        [0, 3],
        [2, 3],
      ],
    ],
    [
      "numbers with a hole",
      [1, 3],
      [
        [0, 2],
        [1, 2],
      ],
    ],
    [
      "numbers going back",
      [2, 1],
      [
        [0, 2],
        [1, 2],
      ],
    ],
    [
      "another count half way",
      [1, 2, 3],
      [
        [0, 3],
        [1, 4],
        [2, 3],
      ],
    ],
  ])("[EL-2] %s: none of it counts", async (_, seqs, batches) => {
    around(batchOf(seqs, batches));
    const found = await read();
    expect(found.seqs).toEqual([0, 1]);
    expect(new Set(kinds(found.damage))).toEqual(new Set(["partial-batch"]));
    const covered = found.damage.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(covered).toBe(Buffer.byteLength(lines(batchOf(seqs, batches))));
  });

  it.each([
    ["negative", [-1, 3]],
    ["strings", ["0", "2"]],
    ["a billion", [0, 1e9]],
    ["a batch of one", [0, 1]],
    ["beyond its end", [3, 3]],
    ["one number", [0]],
    ["three numbers", [0, 2, 3]],
    ["no array", 2],
    ["null", null],
    ["fractions", [0.5, 2]],
  ])("[EL-2] %s is no place in a batch", async (_, batch) => {
    around(batchOf([1], [batch]));
    const { seqs, damage } = await read();
    expect([seqs, kinds(damage)]).toEqual([[0, 1], ["torn"]]);
  });

  it("[EL-2] lines of two writers make no batch", async () => {
    const [first] = batchOf([1], [[0, 2]]);
    const second = lineOf(fieldsOf(2, { batch: [1, 2], writer: "other.1" }));
    around([present(first), second]);
    expect((await read()).seqs).toEqual([0, 1]);
  });

  it("[EL-2] a torn line within a batch rejects all of it", async () => {
    const batch = batchOf(
      [1, 2, 3],
      [
        [0, 3],
        [1, 3],
        [2, 3],
      ],
    );
    around([batch.at(0)!, "torn", batch.at(1)!, batch.at(2)!]);
    expect((await read()).seqs).toEqual([0, 1]);
  });

  it("[EL-2] damage behind a doubtful line makes the one that decides over it doubtful too", async () => {
    const [first, second, lost, fourth] = chainOf(4) as [string, string, string, string];
    // Written by one who had lost its race against `lost`, which a flipped bit has made unreadable since.
    const stale = lineOf(fieldsOf(2, { prev: hashOf(second), id: "evt_stale" }));
    put(lines([first, "damage", second, lost.replace("note", "note?"), stale, fourth]));
    const { events, damage } = await openEventLog(file).readAll();
    expect(events.map(({ id }) => id)).toEqual(["evt_0", "evt_1", "evt_3"]);
    expect(damage.map(({ kind, seq }) => [kind, seq])).toEqual([
      ["torn", undefined],
      ["torn", undefined],
      ["stale", 2],
      ["gap", 2],
    ]);
  });

  it("[EL-2] a batch whose first number is stale is stale as a whole", async () => {
    const [a, b] = chainOf(2);
    put(
      lines([
        present(a),
        present(b),
        ...batchOf(
          [1, 2],
          [
            [0, 2],
            [1, 2],
          ],
        ),
        ...chainOf(1, 2, hashOf(present(b))),
      ]),
    );
    expect(await read()).toMatchObject({ seqs: [0, 1, 2], damage: [{ kind: "stale", seq: 1, line: 3 }] });
  });

  it("[EL-2] half a batch at the end is a write in progress, no damage", async () => {
    put(
      lines([
        ...chainOf(1),
        ...batchOf(
          [1, 2],
          [
            [0, 3],
            [1, 3],
          ],
        ),
      ]),
    );
    expect(await read()).toEqual({ seqs: [0], damage: [] });
  });
});

describe("[EL-2] [H-3] cut at every byte", () => {
  /** Some 1,000 appends by one who is alone: the lock is not what this is about. */
  const alone: Lock = {
    run: async (critical) => await critical({ stillHeld: () => true }),
    runSync: (critical) => critical({ stillHeld: () => true }),
    sweep: () => {},
    close: () => {},
  };

  it.each([
    ["of the last two lines", false],
    ["of a batch of three", true],
  ])("[EL-2] %s: what was before counts, the next append counts, the numbers are contiguous", async (_, batch) => {
    const log = openEventLog(file);
    await log.append({ type: "a", data: { text: "first é" } });
    const from = readFileSync(file).length;
    if (batch) await log.appendMany([0, 1, 2].map((n) => ({ type: "a", data: { n, text: "é✓" } })));
    else for (const n of [0, 1]) await log.append({ type: "a", data: { n, text: "é✓" } });
    await log.close();
    const whole = readFileSync(file);
    for (let length = from; length < whole.length; length++) {
      put(whole.subarray(0, length));
      const { seqs, damage } = await read();
      expect(damage).toEqual([]);
      const before = batch ? 1 : whole.subarray(0, length).toString("latin1").split("\n").length - 1;
      expect(seqs).toEqual(Array.from({ length: before }, (__, n) => n));
      const next = openEventLog(file, { lock: alone });
      expect(next.appendSync({ type: "b", data: {} })).toMatchObject({ seq: before });
      await next.close();
      const after = await read();
      expect(after.seqs).toEqual(Array.from({ length: before + 1 }, (__, n) => n));
      expect(readFileSync(file).subarray(0, length).equals(whole.subarray(0, length))).toBe(true);
      expect(readFileSync(file, "utf8").includes("\uFFFD")).toBe(
        !isWhole(whole.subarray(0, length)), // only as the decoder's picture of a cut character
      );
    }
  });
});

function isWhole(bytes: Buffer): boolean {
  return !bytes.toString("utf8").includes("\uFFFD");
}

/** An object that nests `levels` deep, itself counted. */
function nested(levels: number): object {
  let value: object = {};
  for (let level = 1; level < levels; level++) value = { a: value };
  return value;
}

function deepLine(levels: number): string {
  const head = JSON.stringify(fieldsOf(1)).slice(0, -1);
  return withCrc(`${head},"deep":${"[".repeat(levels)}${"]".repeat(levels)}`);
}
