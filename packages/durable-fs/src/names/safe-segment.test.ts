import { describe, expect, it } from "vitest";
import { fromSafeSegment, toSafeSegment } from "./safe-segment.js";

describe("[DF-6] toSafeSegment", () => {
  it.each([
    ["sess_01890a5d-ac96-774b-bcce-b302099a8057", "sess_01890a5d-ac96-774b-bcce-b302099a8057"],
    ["a".repeat(128), "a".repeat(128)],
    ["", "_"],
    [".", "_.2e"],
    ["..", "_.2e.2e"],
    ["../x", "_.2e.2e.2fx"],
    ["a\0b", "_a.00b"],
    ["con", "_con"],
    ["nul.jsonl", "_nul.2ejsonl"],
    ["Session", "_.53ession"],
    ["-rf", "_-rf"],
    ["_con", "__con"],
    ["end. ", "_end.2e.20"],
    ["\ud800", "_.ed.a0.80"],
    ["😀", "_.f0.9f.98.80"],
    ["\ufeff", "_.ef.bb.bf"],
    ["__proto__", "___proto__"],
  ])("%j becomes %j and comes back", (name, segment) => {
    expect(toSafeSegment(name)).toBe(segment);
    expect(fromSafeSegment(segment)).toBe(name);
  });

  it("keeps to 200 bytes, and hashes what does not fit", () => {
    expect(toSafeSegment("a".repeat(199))).toBe(`_${"a".repeat(199)}`);
    for (const name of ["a".repeat(200), "É".repeat(40), "x".repeat(5_000_000)]) {
      const segment = toSafeSegment(name);
      expect(segment).toMatch(/^_\.sha256-[0-9a-f]{64}$/);
      expect(fromSafeSegment(segment)).toBeUndefined();
    }
  });

  it.each([
    "Session",
    ".",
    "..",
    "con",
    "a.b",
    "_.2E",
    "_.61",
    "_.ff",
    "_a.",
    "_.zz",
    "",
    "_.c0.80",
    "_.ed.a0.bd.ed.b8.80",
    "_abc",
    "-x",
  ])("never returns %j, so it stands for nothing", (segment) => {
    expect(fromSafeSegment(segment)).toBeUndefined();
  });

  it("tells apart what file systems confuse", () => {
    const names = [
      "Session",
      "session",
      "é",
      "e\u0301",
      "．．／",
      "../",
      "ß",
      "SS",
      "ss",
      "x",
      "x ",
      "x.",
      "X",
      "x:stream",
      "\ud83d",
      "\ude00",
      "😀",
      "\ufffd",
    ];
    const segments = names.map((name) => toSafeSegment(name).normalize("NFC").toLowerCase());
    expect(new Set(segments).size).toBe(names.length);
  });
});
