import { expect, it } from "vitest";
import { FAMILIES } from "./families.js";
import { KNOWN_MISSES } from "./known-misses.js";
import { formatNumber, formatTable } from "./report.js";
import { formatMarkdown } from "./report-markdown.js";
import { type Row } from "./run-families.js";

const spread = { median: 1.234, p10: 1.1, p90: 1.4, rounds: 9 };
const row: Row = {
  figure: "lock",
  node: "24.21.0",
  verdict: "missed",
  value: spread,
  definition: { name: "lock", title: "ours | theirs", limit: 1, direction: "at-most", unit: "x" },
  ours: { name: "ours", unit: "µs", spread },
  other: { name: "theirs", unit: "µs", spread },
  note: "a note",
};
const alternatives = [
  { group: "append", name: "raw", unit: "events/s", spread: { ...spread, median: 123_456 }, ratio: 1 },
];
const outcome = { rows: [row], alternatives, failed: ["cli (Node 24)"], waits: 9, gaveUp: 3 };

it("prints a figure with its limit, its verdict and what stands beside it", () => {
  const lines = formatTable(outcome).split("\n");
  expect(lines[1]).toMatch(/^lock\s+24\s+1\.23 x\s+1\.10–1\.40\s+≤ 1\.00 x\s+missed\s+1\.23 µs\s+1\.23 µs; a note$/);
  expect(lines.at(-1)).toContain("123,456 events/s");
});

it("writes what was missed, with its cause, and what failed", () => {
  const markdown = formatMarkdown({
    outcome,
    misses: {
      explained: [{ figure: "lock", cause: "two renames" }],
      unexplained: ["rebuild"],
      noLongerMissed: ["cli-find"],
      unknown: [],
    },
    surroundings: {
      date: "2026-01-02T03:04:05.000Z",
      machine: "2 x a processor",
      system: "Linux 6",
      memoryGB: 24,
      fileSystem: "ext4",
      nodes: ["20.20.2", "24.21.0"],
      sqlite: "3.50",
      dependencies: { lmdb: "3.5.6" },
    },
    quick: false,
    sessions: 100_000,
    minutes: 9.6,
  });
  expect(markdown).toContain("- `lock`: two renames");
  expect(markdown).toContain("- `rebuild`: **not explained**");
  expect(markdown).toContain("`cli-find` is explained in `known-misses.ts`, and reaches its limit now");
  expect(markdown).toContain("cli (Node 24)");
  expect(markdown).toContain("busy at 3 of 9 rounds");
});

it.each([
  [Number.NaN, "none"],
  [0.0123, "0.01"],
  [12.34, "12.3"],
  [1234.5, "1,235"],
])("writes %d as %s", (number, text) => {
  expect(formatNumber(number)).toBe(text);
});

it("has a name for every figure, each once, and no cause for one that there is not", () => {
  const names = FAMILIES.flatMap(({ figures }) => figures.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual(expect.arrayContaining(Object.keys(KNOWN_MISSES)));
});
