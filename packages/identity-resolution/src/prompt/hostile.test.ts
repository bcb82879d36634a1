import { describe, expect, it } from "vitest";
import { growth, HEAVY_TEXTS } from "../../../../tooling/testing/linear.js";
import { fingerprintsOf, sanitizePrompt } from "../index.js";

describe("[H-85] the sanitiser's work grows with its input and no faster", () => {
  it.each(HEAVY_TEXTS)("[H-85] %s: ten times as long is at most fifteen times the work", (_name, make) => {
    expect(growth(sanitizePrompt, make, 300_000)).toBeLessThanOrEqual(15);
  });

  it("[H-85] the same for a fingerprint, which is made of all of a prompt", () => {
    const print = (prompt: string): unknown => fingerprintsOf({ prompt });
    expect(growth(print, (size) => "<system>word ".repeat(size / 13), 300_000)).toBeLessThanOrEqual(15);
  });

  it.each<readonly [string, string, string]>([
    ["unclosed, 40,000 times", "<system>".repeat(40_000), "a"],
    ["nested 10,000 deep", `${"<system>".repeat(10_000)}x${"</system>".repeat(10_000)}`, "a"],
    [
      "nested 10,000 deep, of two kinds",
      `${"<system><command-name>".repeat(5_000)}x${"</command-name></system>".repeat(5_000)}`,
      "a",
    ],
    ["in full-width brackets", "＜system＞x＜/system＞".repeat(10_000), "a"],
    ["split by zero-width characters", "<sys\u200btem>x</sys\u200dtem>".repeat(10_000), "a"],
  ])("[H-85] <system> %s leaves what a person typed and nothing of it", (_name, noise, typed) => {
    expect(sanitizePrompt(`${noise}${typed}`)).toBe(typed);
    expect(sanitizePrompt(`${typed}${noise}`)).toBe(typed);
  });
});
