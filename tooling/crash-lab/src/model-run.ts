import * as fc from "fast-check";
import { check } from "./model-oracle.js";
import { PLAIN_APPEND, programs } from "./model-steps.js";
import { createWorld } from "./model-world.js";
import { type Mutation } from "./simulated-disk.js";

/** One run of the model. */
export interface ModelRun {
  readonly runs: number;
  readonly damage: boolean;
  /** Whether repairs are among the steps. Default true. */
  readonly repair?: boolean;
  readonly seed?: number | undefined;
  readonly path?: string | undefined;
  readonly mutation?: Mutation;
}

/** What came of it: `counterexample` is undefined when nothing was found. */
export interface ModelResult {
  readonly runs: number;
  readonly seed: number;
  readonly seconds: number;
  readonly failure: string | undefined;
}

/**
 * Without a seed every run takes the same sequences: a failure is then about the change at hand. The lab's command draws a
 * new seed each time, and prints it.
 */
const USUAL_SEED = 20_261_120;

/** Runs random programs against the real code. */
export async function runModel(run: ModelRun): Promise<ModelResult> {
  const started = performance.now();
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
  const seed = run.seed ?? Number(process.env["AGENTLOG_SEED"] ?? USUAL_SEED);
  const details = await fc.check(property, {
    numRuns: run.runs,
    seed,
    ...(run.path === undefined ? {} : { path: run.path }),
  });
  return {
    runs: details.numRuns,
    seed,
    seconds: (performance.now() - started) / 1000,
    failure: details.failed
      ? `AGENTLOG_SEED=${seed}\n${fc.defaultReportMessage(details)}\n${String((details.errorInstance as Error | undefined)?.stack)}`
      : undefined,
  };
}
