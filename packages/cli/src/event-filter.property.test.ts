import { array, assert, constantFrom, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { typeFilter } from "./event-filter.js";

/** What the pattern means, said with a regular expression; too slow for hostile patterns, right for short ones. */
function oracle(pattern: string, type: string): boolean {
  const source = pattern
    .split("*")
    .map((part) => part.replace(/[.]/g, "\\."))
    .join(".*");
  return new RegExp(`^${source}$`).test(type);
}

describe("typeFilter", () => {
  it("fits what a regular expression fits", () => {
    const letters = (most: number) =>
      array(constantFrom("a", "b", ".", "ab"), { maxLength: most }).map((parts) => parts.join(""));
    const patterns = array(constantFrom("a", "b", ".", "*", "**", "ab"), { minLength: 1, maxLength: 7 }).map((parts) =>
      parts.join(""),
    );
    assert(
      property(patterns, letters(9), (pattern, type) => {
        expect(typeFilter(pattern)(type), `${pattern} on ${type}`).toBe(oracle(pattern, type));
      }),
      { numRuns: 5_000 },
    );
  });

  it("fits everything without a pattern, and refuses an empty one", () => {
    expect(typeFilter(undefined)("x")).toBe(true);
    expect(() => typeFilter("")).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  it("takes no exponential time for a hostile pattern", () => {
    const filter = typeFilter("*a".repeat(20_000));
    expect(filter("a".repeat(19_999))).toBe(false);
    expect(filter("a".repeat(20_000))).toBe(true);
  });

  it("reads other signs of regular expressions as themselves", () => {
    expect(typeFilter("a.b")("axb")).toBe(false);
    expect(typeFilter("(a+)+$")("aaaa")).toBe(false);
    expect(typeFilter("(a+)*$")("(a+)x$")).toBe(true);
  });
});
