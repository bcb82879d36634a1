import { expect, it } from "vitest";
import { type Verdict } from "./figure.js";
import { matchMisses } from "./misses.js";
import { type Row } from "./run-families.js";

const row = (figure: string, verdict: Verdict): Row => ({
  figure,
  verdict,
  node: "24.0.0",
  value: { median: 1, p10: 1, p90: 1, rounds: 1 },
  definition: { name: figure, title: "", limit: 1, direction: "at-most", unit: "x" },
});

const rows = [
  row("known", "missed"),
  row("new", "missed"),
  row("over", "reached"),
  row("noisy", "close"),
  row("mixed", "reached"),
  row("mixed", "missed"),
];
const causes = {
  known: "a cause",
  over: "was one",
  noisy: "may be one",
  mixed: "under one Node",
  other: "not run",
  gone: "?",
};
const figures = new Set(["known", "new", "over", "noisy", "mixed", "other"]);

it("tells misses without a cause from causes without a miss", () => {
  const misses = matchMisses(rows, causes, figures);
  expect(misses.explained.map(({ figure }) => figure)).toEqual(["known", "mixed"]);
  expect(misses.unexplained).toEqual(["new"]);
  expect(misses.noLongerMissed).toEqual(["over"]);
  expect(misses.unknown).toEqual(["gone"]);
});
