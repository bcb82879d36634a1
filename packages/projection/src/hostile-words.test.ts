import { describe, expect, it } from "vitest";
import { growth, HEAVY_TEXTS } from "../../../tooling/testing/linear.js";
import { toWords } from "./index.js";

describe("[H-85] full text of hostile texts", () => {
  // More than 65,536 characters are not looked at: within that the work must be linear already.
  it.each(HEAVY_TEXTS)("[H-85] %s: ten times as long is at most fifteen times the work", (_name, make) => {
    expect(growth(toWords, make, 65_000)).toBeLessThanOrEqual(15);
  });

  it("[H-85] a letter with thirty marks is the word it was, and one with ten thousand is one word", () => {
    const marked = `e${"\u0316".repeat(30)}`;
    expect(toWords(marked)).toEqual([marked.normalize("NFKC")]);
    expect(toWords(`Z${"\u0301".repeat(10_000)}`)).toHaveLength(1);
    expect(toWords(`${"e\u0301".repeat(20)} naïve`)).toEqual(["é".repeat(20), "naïve"]);
  });
});
