import { describe, expect, it } from "vitest";
import { byteSize, duration, timeAgo } from "./time.js";

describe("timeAgo", () => {
  const now = Date.parse("2026-03-01T12:00:00.000Z");

  it.each([
    ["2026-03-01T11:59:59.500Z", "now"],
    ["2026-03-01T11:59:30.000Z", "30s ago"],
    ["2026-03-01T09:00:00.000Z", "3h ago"],
    ["2026-02-26T12:00:00.000Z", "3d ago"],
    ["2025-03-01T12:00:00.000Z", "1y ago"],
  ])("calls %s %s", (time, words) => {
    expect(timeAgo(time, now)).toBe(words);
  });

  it("gives back what is no time", () => {
    expect(timeAgo("yesterday-ish", now)).toBe("yesterday-ish");
  });
});

describe("duration", () => {
  it.each([
    [0, "0 ms"],
    [820.4, "820 ms"],
    [4_100, "4.1 s"],
    [182_000, "3 min 2 s"],
    [59_940, "59.9 s"],
    [999.6, "1.0 s"],
    [59_960, "1 min 0 s"],
    [119_700, "2 min 0 s"],
  ])("%d ms is %s", (ms, words) => {
    expect(duration(ms)).toBe(words);
  });
});

describe("byteSize", () => {
  it.each([
    [0, "0 bytes"],
    [1, "1 byte"],
    [999, "999 bytes"],
    [1_400_000, "1.4 MB"],
    [1_000, "1 kB"],
    [2_500_000_000, "2.5 GB"],
  ])("%d is %s", (bytes, words) => {
    expect(byteSize(bytes)).toBe(words);
  });
});
