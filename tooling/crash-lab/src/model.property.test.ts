import { describe, expect, it } from "vitest";
import { runModel } from "./model-run.js";

const RUNS = Number(process.env["AGENTLOG_RUNS"] ?? 55_000);

describe("writers that crash, stop, lose the lock and find the disk full", () => {
  it(`lose nothing, double nothing and agree, in ${RUNS} sequences`, async () => {
    const { failure, runs, seconds, seed } = await runModel({ runs: RUNS, damage: false });
    console.log(`${runs} sequences in ${seconds.toFixed(1)} s, seed ${seed}`);
    expect(failure).toBeUndefined();
  }, 600_000);
});
