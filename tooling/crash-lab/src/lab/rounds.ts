import { type Outcome, type RunSettings } from "./run.js";

/** What a storm of so long leaves is judged soon; that of half an hour would not fit on many a disk. */
const ROUND_SECONDS = 20;
/** What is left of the time is worth another round from here on. */
const WORTH_SECONDS = 2;
/** A prime far above what anybody gives as a seed. */
const NEXT_SEED = 1_000_003;

const COUNTED = [
  "acknowledged",
  "lost",
  "twice",
  "outOfOrder",
  "kills",
  "stops",
  "faults",
  "checked",
] as const satisfies readonly (keyof Outcome)[];

/**
 * Runs in rounds until the time is up, each with a seed of its own, and adds them up. The first round's seed is the one that
 * was given: what a later one finds is seen again by its own.
 */
export async function inRounds(
  { seed, seconds }: RunSettings,
  run: (settings: RunSettings) => Promise<Outcome>,
  longest: number = ROUND_SECONDS,
): Promise<Outcome> {
  const ends = performance.now() + seconds * 1_000;
  const outcomes: Outcome[] = [];
  for (let left = seconds; ; left = (ends - performance.now()) / 1_000) {
    if (outcomes.length > 0 && left < WORTH_SECONDS) break;
    const own = seed + outcomes.length * NEXT_SEED;
    const outcome = await run({ seed: own, seconds: Math.min(left, longest) });
    const problems = outcome.problems.map((problem) => (own === seed ? problem : `with --seed ${own}: ${problem}`));
    outcomes.push({ ...outcome, problems });
  }
  return outcomes.length === 1 ? outcomes[0]! : added(outcomes);
}

/** The figures of several outcomes together. */
export function added(outcomes: readonly Outcome[]): Outcome {
  const sums = COUNTED.filter((field) => outcomes.some((outcome) => outcome[field] !== undefined)).map(
    (field) => [field, outcomes.reduce((sum, outcome) => sum + (outcome[field] ?? 0), 0)] as const,
  );
  const slowest = outcomes.flatMap(({ slowestMs }) => slowestMs ?? []);
  return {
    ...Object.fromEntries(sums),
    ...(slowest.length === 0 ? {} : { slowestMs: Math.max(...slowest) }),
    note: `${outcomes.length} rounds`,
    problems: outcomes.flatMap(({ problems }) => problems),
  };
}
