import * as fc from "fast-check";
import { expect, it } from "vitest";
import { compareEntries, compareText, compareValues, orderText } from "../layers/order.js";
import { BEHIND_ALL, decodeText, decodeValue, encodeText, encodeValue, encodeWord } from "./encoding.js";

const unit = fc.oneof(
  fc.constantFrom(
    "\0",
    "a",
    "b",
    "\u00ff",
    "\ud7ff",
    "\ud800",
    "\udbff",
    "\udc00",
    "\udfff",
    "\ue000",
    "\uffff",
    "😀",
    "x",
  ),
  fc.string({ unit: "binary", maxLength: 2 }),
);
const text = fc.array(unit, { maxLength: 6 }).map((units) => units.join(""));
const value = fc.array(text, { maxLength: 4 });

it("texts come back, and their bytes sort as their code units", () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(decodeText(encodeText(a))).toBe(a);
      expect(Math.sign(Buffer.compare(encodeText(a), encodeText(b)))).toBe(Math.sign(compareText(a, b)));
    }),
    { numRuns: 3_000 },
  );
});

it("index values come back, and their bytes sort component by component", () => {
  fc.assert(
    fc.property(value, value, (a, b) => {
      expect(decodeValue(encodeValue(a))).toEqual(a);
      expect(Math.sign(Buffer.compare(encodeValue(a), encodeValue(b)))).toBe(Math.sign(compareValues(a, b)));
      const isPrefix = a.every((part, at) => b[at] === part);
      const [low, high] = [encodeValue(a), Buffer.concat([encodeValue(a), BEHIND_ALL])];
      const isInside = Buffer.compare(encodeValue(b), low) >= 0 && Buffer.compare(encodeValue(b), high) < 0;
      expect(isInside).toBe(isPrefix);
    }),
    { numRuns: 3_000 },
  );
});

it("a word is the beginning of another exactly when its code is", () => {
  fc.assert(
    fc.property(text, text, (a, b) => {
      expect(encodeWord(a)).toMatch(/^[a-z0-9]*$/);
      expect(encodeWord(b).startsWith(encodeWord(a))).toBe(b.startsWith(a));
    }),
    { numRuns: 3_000 },
  );
});

it("an entry's text sorts as the entry", () => {
  fc.assert(
    fc.property(value, text, value, text, (a, aKey, b, bKey) => {
      const [left, right] = [
        { value: a, key: aKey },
        { value: b, key: bKey },
      ];
      expect(compareText(orderText(left), orderText(right))).toBe(Math.sign(compareEntries(left, right)));
    }),
    { numRuns: 3_000 },
  );
});
