import { describe, expect, it } from "vitest";
import { type Reading } from "./protocol.js";
import { wrongsOf } from "./report.js";
import { descriptors, live, resident, trendOf, type Verdict } from "./trend.js";

const MIB = 1024 * 1024;

/** Readings once a second: at first it grows fast, as every process does, then by so much a minute. */
function readings(count: number, perMinute: Partial<Record<"rss" | "live" | "descriptors", number>>): Reading[] {
  return Array.from({ length: count }, (_, second) => {
    const warmUp = Math.min(second, count / 5) / (count / 5);
    const noise = ((second * 7919) % 13) / 13;
    const at = (base: number, slope = 0): number => base * (1 + warmUp) + (slope * second) / 60;
    return {
      seconds: second,
      rss: at(40 * MIB, perMinute.rss) + noise * 4 * MIB,
      live: at(8 * MIB, perMinute.live) + noise * MIB,
      descriptors: Math.round(at(10, perMinute.descriptors) + noise * 3),
      done: second,
    };
  });
}

describe("trendOf", () => {
  it.each<[string, Reading[], Verdict, Verdict, Verdict]>([
    ["a process that warms up and stays", readings(600, {}), "flat", "flat", "flat"],
    ["half a MiB a minute in the heap", readings(600, { live: 0.5 * MIB }), "flat", "GROWS", "flat"],
    ["two MiB a minute outside of it", readings(600, { rss: 2 * MIB }), "GROWS", "flat", "flat"],
    ["a descriptor a minute", readings(600, { descriptors: 1 }), "flat", "flat", "GROWS"],
    ["a descriptor each five seconds, for two minutes", readings(130, { descriptors: 12 }), "flat", "flat", "GROWS"],
    ["what becomes smaller", readings(600, { rss: -MIB, live: -0.5 * MIB }), "flat", "flat", "flat"],
    ["a minute and a half", readings(90, { live: 600 * MIB }), "too short", "too short", "too short"],
  ])("of %s", (_, list, ...verdicts) => {
    expect([resident, live, descriptors].map((measure) => trendOf(list, measure)?.verdict)).toEqual(verdicts);
  });

  it("is not misled by single peaks", () => {
    const list = readings(600, {}).map((one) => (one.seconds % 50 === 0 ? { ...one, rss: one.rss * 3 } : one));
    expect(trendOf(list, resident)).toMatchObject({ verdict: "flat" });
  });

  it("tells the slope, and nothing where nothing was read", () => {
    const straight = Array.from({ length: 160 }, (_, second) => ({
      seconds: second,
      rss: 100 + second * 10,
      live: 0,
      descriptors: undefined,
      done: 0,
    }));
    expect(trendOf(straight, resident)).toMatchObject({ first: 700, last: 1690, max: 1690 });
    expect(trendOf(straight, resident)?.perMinute).toBeCloseTo(600);
    expect(trendOf(straight, descriptors)).toBeUndefined();
  });

  it("makes a soak fail that all else is well with", () => {
    const well = { readings: new Map([["writer", readings(600, {})] as const]), wrong: [] };
    const leaking = { readings: new Map([["writer", readings(600, { live: MIB })] as const]), wrong: [] };
    expect(wrongsOf(well)).toEqual([]);
    expect(wrongsOf(leaking)).toEqual(["the writer's live memory grows"]);
  });
});
