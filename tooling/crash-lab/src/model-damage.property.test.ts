import { describe, expect, it } from "vitest";
import { runModel } from "./model-run.js";

const RUNS = Number(process.env["AGENTLOG_RUNS"] ?? 55_000);

describe("the same, and power losses that destroy what was not synced", () => {
  it(`keep what was synced, and every view of the log agrees, in ${RUNS} sequences`, async () => {
    const { failure, runs, seconds, seed } = await runModel({ runs: RUNS, damage: true });
    console.log(`${runs} sequences in ${seconds.toFixed(1)} s, seed ${seed}`);
    expect(failure).toBeUndefined();
  }, 600_000);
});
