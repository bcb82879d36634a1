import { expect, it } from "vitest";
import { inRounds } from "./rounds.js";

it("rounds add up, and each has a seed of its own that a failure is told with", async () => {
  const seeds: number[] = [];
  const outcome = await inRounds(
    { seed: 5, seconds: 2.2 },
    ({ seed }) => {
      seeds.push(seed);
      return new Promise((resolve) =>
        setTimeout(
          () => resolve({ kills: 2, slowestMs: seeds.length, problems: seeds.length === 2 ? ["broken"] : [] }),
          110,
        ),
      );
    },
    0.1,
  );
  expect(seeds.slice(0, 2)).toEqual([5, 1_000_008]);
  expect(outcome.kills).toBe(2 * seeds.length);
  expect(outcome.slowestMs).toBe(seeds.length);
  expect(outcome.problems).toEqual(["with --seed 1000008: broken"]);
});
