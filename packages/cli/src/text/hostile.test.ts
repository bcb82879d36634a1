import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { growth, HEAVY_TEXTS } from "../../../../tooling/testing/linear.js";
import { firstUnsafe } from "../testing/printable.js";
import { escapeJson, escapeText } from "./escape.js";
import { fitText } from "./width.js";

describe("[H-85] what is printed of hostile texts", () => {
  it.each(HEAVY_TEXTS)("[H-85] %s: ten times as long is at most fifteen times the work", (_name, make) => {
    expect(growth(escapeText, make, 300_000)).toBeLessThanOrEqual(15);
    expect(growth((text) => escapeJson(JSON.stringify(text)), make, 300_000)).toBeLessThanOrEqual(15);
    expect(growth((text) => fitText(text, 60), make, 300_000)).toBeLessThanOrEqual(15);
  });

  it.each<readonly [string, string]>([
    ["a name turned round", "\u202egpj.exe"],
    ["zalgo", `Z${"\u0301".repeat(500)}a${"\u0316".repeat(500)}lgo`.repeat(20)],
    ["one letter with 10,000 marks", `Z${"\u0301".repeat(10_000)}`],
    ["a megabyte", "x".repeat(1_000_000)],
    ["a megabyte of wide letters", "漢".repeat(1_000_000)],
    ["families", "👩‍👩‍👧".repeat(5_000)],
    ["flags", "🇨🇭".repeat(5_000)],
    ["skin tones", "👍🏽".repeat(5_000)],
    ["marks alone", "\u0301".repeat(10_000)],
    ["half pairs", "\ud800".repeat(10_000)],
  ])("[H-78] %s is cut by columns, and stays short and safe", (_name, text) => {
    for (const width of [1, 2, 3, 20, 79]) {
      const fitted = fitText(text, width);
      expect(stringWidth(fitted)).toBeLessThanOrEqual(width);
      expect(fitted.length).toBeLessThanOrEqual(40 * width);
      expect(firstUnsafe(Buffer.from(fitted))).toBeUndefined();
    }
  });
});
