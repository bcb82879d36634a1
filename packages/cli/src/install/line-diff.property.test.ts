import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unifiedDiff } from "./line-diff.js";

const line = fc.constantFrom("a", "b", "c", "{", "}", "");
const text = fc
  .tuple(fc.array(line, { maxLength: 14 }), fc.boolean())
  .map(([lines, ended]) => lines.join("\n") + (ended && lines.length > 0 ? "\n" : ""));

/** Applies a difference by what its headers say, as `patch` does; fails where a line does not fit. */
function applyDiff(before: string, diff: readonly string[]): string {
  const old = before.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const out: string[] = [];
  let at = 0;
  for (const [n, row] of diff.entries()) {
    const [, start, count] = /^@@ -(\d+),(\d+) /.exec(row) ?? [];
    if (start !== undefined) {
      const from = count === "0" ? Number(start) : Number(start) - 1;
      out.push(...old.slice(at, from));
      at = from;
    } else if (!row.startsWith("\\")) {
      const content = row.slice(1) + ((diff[n + 1] ?? "").startsWith("\\") ? "" : "\n");
      if (!row.startsWith("+")) expect(old[at++]).toBe(content);
      if (!row.startsWith("-")) out.push(content);
    }
  }
  return [...out, ...old.slice(at)].join("");
}

describe("a difference", () => {
  it("turns the one text into the other", () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(applyDiff(before, unifiedDiff(before, after))).toBe(after);
      }),
      { numRuns: 2_000 },
    );
  });

  it("is nothing between equal texts, and everything from no file", () => {
    expect(unifiedDiff("a\n", "a\n")).toEqual([]);
    expect(unifiedDiff(undefined, "a\nb")).toEqual(["@@ -0,0 +1,2 @@", "+a", "+b", "\\ No newline at end of file"]);
    expect(unifiedDiff("a\n", undefined)).toEqual(["@@ -1,1 +0,0 @@", "-a"]);
  });

  it("shows three lines around what changed", () => {
    const lines = Array.from({ length: 20 }, (_, n) => `${n}\n`);
    const diff = unifiedDiff(lines.join(""), lines.with(10, "ten\n").join(""));
    expect(diff).toEqual(["@@ -8,7 +8,7 @@", " 7", " 8", " 9", "-10", "+ten", " 11", " 12", " 13"]);
  });

  it("of texts too long to compare is right too", () => {
    const before = Array.from({ length: 3_000 }, (_, n) => `${n}\n`).join("");
    const after = Array.from({ length: 3_000 }, (_, n) => `${n + 1}x\n`).join("");
    expect(applyDiff(before, unifiedDiff(before, after))).toBe(after);
  });
});
