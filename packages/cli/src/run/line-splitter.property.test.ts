import { array, assert, constantFrom, nat, property, tuple, uint8Array } from "fast-check";
import { describe, expect, it } from "vitest";
import { createLineSplitter, LONGEST_PIECE, type OutputLine } from "./line-splitter.js";

function split(...chunks: readonly Uint8Array[]): readonly OutputLine[] {
  const splitter = createLineSplitter();
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

/** What the lines should be, from the whole text at once; pieces of long lines are joined. */
function oracle(bytes: Uint8Array): readonly string[] {
  const lines = Buffer.from(bytes).toString("utf8").split("\n");
  const last = lines.pop() ?? "";
  return [...lines.map((line) => line.replace(/\r$/, "")), ...(last === "" ? [] : [last])];
}

function joined(lines: readonly OutputLine[]): readonly string[] {
  const whole: string[] = [];
  let before = "";
  for (const { text, partial } of lines) {
    before += text;
    if (partial) continue;
    whole.push(before);
    before = "";
  }
  return before === "" ? whole : [...whole, before];
}

const cutAt = (bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
};

describe("createLineSplitter", () => {
  const pieces = constantFrom("a", "\n", "\r\n", "\r", "é", "漢", "👍", "\0", "");
  const texts = array(pieces, { maxLength: 40 }).map((parts) => Buffer.from(parts.join("")));

  it("gives the same lines however a text is cut into chunks", () => {
    assert(
      property(texts, array(nat(200), { maxLength: 8 }), (bytes, cuts) => {
        expect(split(...cutAt(bytes, cuts)).map(({ text }) => text)).toEqual(oracle(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it("does so for bytes that are no text", () => {
    assert(
      property(uint8Array({ maxLength: 60 }), array(nat(60), { maxLength: 4 }), (bytes, cuts) => {
        expect(split(...cutAt(bytes, cuts)).map(({ text }) => text)).toEqual(oracle(bytes));
      }),
      { numRuns: 2_000 },
    );
  });

  it("cuts a line that is too long, never within a character, and loses nothing of it", () => {
    const long = tuple(constantFrom("x", "é", "👍", "y👍"), nat(3), nat(70_000)).map(([unit, extra, cut]) => {
      const text = `first\n${"-".repeat(extra)}${unit.repeat(Math.ceil((2 * LONGEST_PIECE + extra) / unit.length))}`;
      return [Buffer.from(`${text}\r\nlast`), cut] as const;
    });
    assert(
      property(long, ([bytes, cut]) => {
        const lines = split(...cutAt(bytes, [cut, cut * 2, cut * 3]));
        expect(joined(lines)).toEqual(oracle(bytes));
        for (const { text } of lines) {
          expect(text.length).toBeLessThanOrEqual(LONGEST_PIECE);
          expect(Buffer.from(text).toString()).toBe(text);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("tells a piece from a line by partial", () => {
    expect(
      split(Buffer.from(`${"x".repeat(LONGEST_PIECE + 1)}\ny\n`)).map((line) => [line.text.length, line.partial]),
    ).toEqual([
      [LONGEST_PIECE, true],
      [1, false],
      [1, false],
    ]);
  });

  it("cuts the same pieces however a long line comes in", () => {
    const bytes = Buffer.from(`${"x".repeat(2 * LONGEST_PIECE)}\r\n`);
    const whole = split(bytes);
    for (const cut of [LONGEST_PIECE - 1, LONGEST_PIECE, LONGEST_PIECE + 1, bytes.length - 2, bytes.length - 1])
      expect(split(...cutAt(bytes, [cut])), String(cut)).toEqual(whole);
  });

  it("reads a megabyte of one byte chunks without quadratic work", () => {
    const splitter = createLineSplitter();
    let lines = 0;
    const chunk = Buffer.from("x");
    for (let index = 0; index < 300_000; index++) lines += splitter.push(chunk).length;
    expect(lines + splitter.end().length).toBe(Math.ceil(300_000 / LONGEST_PIECE));
  });

  it("takes a chunk of many short lines in linear time", () => {
    expect(split(Buffer.from("\n".repeat(1_000_000)))).toHaveLength(1_000_000);
  });
});
