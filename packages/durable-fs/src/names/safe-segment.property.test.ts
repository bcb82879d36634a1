import { basename, dirname, join, resolve, win32 } from "node:path";
import { array, assert, constantFrom, integer, oneof, pre, property, string, stringMatching, tuple } from "fast-check";
import { describe, expect, it } from "vitest";
import { fromSafeSegment, toSafeSegment } from "./safe-segment.js";

const RUNS = { numRuns: 3000 };
const hostile = constantFrom(
  "",
  ".",
  "..",
  "/",
  "\\",
  "\0",
  "\n",
  " ",
  "con",
  "COM1",
  "%2e",
  "~",
  "$HOME",
  "_",
  "-",
  "é",
  "e\u0301",
  "\ud800",
  "\udc00",
  "😀",
  "A",
  "a",
);
const anyString = oneof(
  string({ unit: "binary", maxLength: 400 }),
  string({ unit: "grapheme", maxLength: 80 }),
  array(integer({ min: 0, max: 0xffff }), { maxLength: 80 }).map((units) => String.fromCharCode(...units)),
  array(hostile, { maxLength: 12 }).map((parts) => parts.join("")),
  stringMatching(/^[a-z0-9][a-z0-9_-]{0,127}$/),
);

describe("[DF-6] toSafeSegment", () => {
  it("comes back, or is the documented hash", () => {
    assert(
      property(anyString, (name) => {
        const segment = toSafeSegment(name);
        if (segment.startsWith("_.sha256-")) expect(name.length).toBeGreaterThan(65);
        else expect(fromSafeSegment(segment)).toBe(name);
      }),
      RUNS,
    );
  });

  it("is a safe file name in its folder, on every system", () => {
    assert(
      property(anyString, (name) => {
        const segment = toSafeSegment(name);
        expect(segment).toMatch(/^[a-z0-9_][a-z0-9._-]{0,199}$/);
        expect(segment).not.toMatch(/\.$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/);
        expect(dirname(resolve("/store/sessions", segment))).toBe("/store/sessions");
        expect(basename(join("/store/sessions", segment))).toBe(segment);
        expect(win32.resolve("C:\\store", segment)).toBe(`C:\\store\\${segment}`);
      }),
      RUNS,
    );
  });

  it("is injective where case and normalisation do not count", () => {
    const variants = tuple(
      anyString,
      constantFrom("lower", "upper", "nfc", "nfd", "trim", "dot", "other"),
      anyString,
    ).map(([a, kind, other]): [string, string] => {
      const b = {
        lower: a.toLowerCase(),
        upper: a.toUpperCase(),
        nfc: a.normalize("NFC"),
        nfd: a.normalize("NFD"),
        trim: a.trim(),
        dot: `${a}.`,
        other,
      }[kind];
      return [a, b];
    });
    assert(
      property(variants, ([a, b]) => {
        const fold = (name: string): string => toSafeSegment(name).normalize("NFC").toLowerCase();
        expect(fold(a) === fold(b)).toBe(a === b);
      }),
      RUNS,
    );
  });

  it("stays as it is for plain names", () => {
    assert(
      property(stringMatching(/^[a-z0-9][a-z0-9_-]{0,127}$/), (name) => {
        pre(!/^(con|prn|aux|nul|com\d|lpt\d)$/.test(name));
        expect(toSafeSegment(name)).toBe(name);
      }),
      RUNS,
    );
  });

  it("accepts as a segment only what it makes", () => {
    assert(
      property(oneof(anyString, stringMatching(/^_(?:[a-z_-]|\.[0-9a-f]{2}){0,20}$/)), (segment) => {
        const name = fromSafeSegment(segment);
        if (name !== undefined) expect(toSafeSegment(name)).toBe(segment);
      }),
      RUNS,
    );
  });
});
