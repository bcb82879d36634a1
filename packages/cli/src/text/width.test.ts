import { assert, nat, oneof, property, string } from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { firstUnsafe } from "../testing/printable.js";
import { fitText } from "./width.js";

describe("fitText", () => {
  it.each([
    ["short", 10, "short"],
    ["exactly ten", 11, "exactly ten"],
    ["too long for it", 8, "too lon…"],
    ["漢字漢字", 8, "漢字漢字"],
    ["漢字漢字", 6, "漢字…"],
    ["👍👍👍", 5, "👍👍…"],
    ["", 3, ""],
  ])("makes %j fit %i columns as %j", (text, width, fitted) => {
    expect(fitText(text, width)).toBe(fitted);
  });

  it("[H-78] never is wider than asked, and safe, whatever the text", () => {
    const anyText = oneof(string({ unit: "binary", maxLength: 60 }), string({ unit: "grapheme", maxLength: 60 }));
    assert(
      property(anyText, nat(40), (text, extra) => {
        const width = extra + 1;
        const fitted = fitText(text, width);
        expect(stringWidth(fitted)).toBeLessThanOrEqual(width);
        expect(firstUnsafe(Buffer.from(fitted))).toBeUndefined();
      }),
    );
  });

  it("cuts a letter with ten thousand marks and a title of a megabyte", () => {
    expect(fitText(`Z${"\u0301".repeat(10_000)}`, 20).length).toBeLessThan(50);
    expect(fitText("x".repeat(1_000_000), 20)).toBe(`${"x".repeat(19)}…`);
    expect(fitText(`${"e\u0301".repeat(20)}${"\u0301".repeat(10_000)}`, 30).length).toBeLessThan(100);
  });

  it("leaves no pile of marks on a letter of a text that fits otherwise", () => {
    // 2,000 marks are within what is looked at and count as no columns at all: they would fill the screen upwards.
    expect(fitText(`Z${"\u0301".repeat(2_000)}algo`, 20).length).toBeLessThan(100);
  });
});
