import * as fc from "fast-check";
import { type Mutation } from "../simulated/simulated-disk.js";
import { check } from "./model-oracle.js";
import { PLAIN_APPEND, programs } from "./model-steps.js";
import { createWorld } from "./model-world.js";

/** One run of the model. */
export interface ModelRun {
  readonly seed: number;
  readonly runs: number;
  /** End when so many seconds are over, if that comes first. */
  readonly seconds?: number;
  readonly damage: boolean;
  /** Whether repairs are among the steps. Default true. */
  readonly repair?: boolean;
  readonly mutation?: Mutation;
}

/** What came of it: `failure` is undefined when nothing was found, and else says how to find it again. */
export interface ModelResult {
  readonly runs: number;
  readonly failure: string | undefined;
}

/** Runs random programs against the real code. */
export async function runModel(run: ModelRun): Promise<ModelResult> {
  const property = fc.asyncProperty(
    programs({ damage: run.damage, repair: run.repair ?? true }),
    fc.nat(50),
    async (steps, from) => {
      const world = createWorld(run.mutation);
      // Every mutant gets a log that has begun, so that it fails for what it does and not for a beginning that is no log's.
      if (run.mutation !== undefined) await world.run(PLAIN_APPEND);
      for (const step of steps) await world.run(step);
      await check(world, from);
    },
  );
  const { seed } = run;
  const details = await fc.check(property, {
    numRuns: run.runs,
    seed,
    ...(run.seconds === undefined
      ? {}
      : { interruptAfterTimeLimit: run.seconds * 1_000, markInterruptAsFailure: false }),
  });
  return {
    runs: details.numRuns,
    failure: details.failed
      ? `${fc.defaultReportMessage(details)}\n${String((details.errorInstance as Error | undefined)?.stack)}`
      : undefined,
  };
}
