import { describe, expect, it } from "vitest";
import { type Figure, verdictOf } from "./figure.js";

const atMost: Figure = { name: "a", title: "a : b (time)", limit: 2, direction: "at-most", unit: "x" };
const atLeast: Figure = { ...atMost, direction: "at-least" };
const spread = (p10: number, median: number, p90: number) => ({ p10, median, p90, rounds: 5 });

describe("a verdict", () => {
  it("is reached when the median reaches the limit, the limit itself included", () => {
    expect(verdictOf(atMost, spread(1, 2, 9))).toBe("reached");
    expect(verdictOf(atLeast, spread(1, 2, 9))).toBe("reached");
  });

  it("is close when only the better end of the rounds reaches it", () => {
    expect(verdictOf(atMost, spread(1.9, 2.1, 9))).toBe("close");
    expect(verdictOf(atLeast, spread(1, 1.9, 2.1))).toBe("close");
  });

  it("is missed when nine rounds of ten do not reach it", () => {
    expect(verdictOf(atMost, spread(2.1, 2.2, 2.3))).toBe("missed");
    expect(verdictOf(atLeast, spread(1.7, 1.8, 1.9))).toBe("missed");
  });

  it("of a number that is none is missed", () => {
    expect(verdictOf(atMost, spread(Number.NaN, Number.NaN, Number.NaN))).toBe("missed");
  });
});
