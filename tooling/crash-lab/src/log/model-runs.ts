import { type Outcome, type Run } from "../lab/run.js";
import { runModel } from "./model-run.js";
import { MUTANTS } from "./mutants.js";

/** More than any machine runs in a night. */
const ENDLESS = 2 ** 31 - 1;
/** Every mutant was caught within a tenth of these. */
const MOST_FOR_A_MUTANT = 100_000;

const model = (name: string, damage: boolean): Run => ({
  subject: "event-log",
  name,
  weight: 8,
  leastSeconds: 6,
  run: async ({ seed, seconds }) => {
    const { AGENTLOG_RUNS: fixed } = process.env;
    const runs = fixed === undefined ? { runs: ENDLESS, seconds } : { runs: Number(fixed) };
    return toOutcome(await runModel({ ...runs, damage, seed }));
  },
});

const mutants = Object.entries(MUTANTS).map(([name, mutation]): Run => ({
  subject: "event-log",
  name: `mutant-${name}`,
  weight: 0,
  leastSeconds: 2,
  isControl: true,
  run: async ({ seed }) =>
    toOutcome(await runModel({ runs: MOST_FOR_A_MUTANT, damage: false, repair: false, seed, mutation })),
}));

function toOutcome({ runs, failure }: Awaited<ReturnType<typeof runModel>>): Outcome {
  return { checked: runs, note: "sequences", problems: failure === undefined ? [] : [failure] };
}

/** Writers that crash, stop, lose the lock and find the disk full, in a simulated disk; then with power losses. */
export const modelRuns: readonly Run[] = [model("model", false), model("model-with-power-loss", true), ...mutants];
