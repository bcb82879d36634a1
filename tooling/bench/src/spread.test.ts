import { expect, it } from "vitest";
import { ratios, spreadOf } from "./spread.js";

it("puts p10 and p90 between the rounds they fall between", () => {
  expect(spreadOf([5, 1, 3, 2, 4])).toEqual({ median: 3, p10: 1.4, p90: 4.6, rounds: 5 });
  expect(spreadOf([7])).toEqual({ median: 7, p10: 7, p90: 7, rounds: 1 });
});

it("has no number for no rounds", () => {
  expect(spreadOf([]).median).toBeNaN();
});

it("divides round by round, so that a slow round of both is no slow ratio", () => {
  expect(ratios([2, 200, 4], [1, 100, 2])).toEqual([2, 2, 2]);
});
