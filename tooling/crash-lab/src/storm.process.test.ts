import { describe, expect, it } from "vitest";
import { runControl } from "./control.js";
import { isSound } from "./judge.js";
import { runStorm } from "./storm.js";

const SEED = Number(process.env["AGENTLOG_SEED"] ?? Date.now() % 1_000_000);
const show = (name: string, report: object): void => console.log(`${name}, seed ${SEED}: ${JSON.stringify(report)}`);

describe("six processes appending while one after the other is killed and others are stopped", () => {
  it("[EL-5] lose nothing, double nothing, and leave an intact chain", async () => {
    const report = await runStorm({ appender: "agentlog", seconds: 7, seed: SEED });
    show("storm", report);
    expect(report).toMatchObject({ lost: 0, twice: 0, outOfOrder: 0, damage: [], failures: [] });
    expect(report.acknowledged).toBeGreaterThan(30);
    expect(report.kills).toBeGreaterThan(20);
  });

  it("[EL-5] do so even when they go in without the lock: writers that were overtaken find out by looking", async () => {
    const report = await runStorm({ appender: "intruder", seconds: 4, seed: SEED, selfStops: 0.05 });
    show("storm without a lock to rely on", report);
    expect(report).toMatchObject({ lost: 0, twice: 0, outOfOrder: 0, damage: [], failures: [] });
    expect(report.acknowledged).toBeGreaterThan(30);
  });

  it("break a naive appender: the storm is strong enough to prove something", async () => {
    const report = await runControl(SEED);
    show("control", report);
    expect(isSound(report)).toBe(false);
  });
});
