import { idOf, type Outcome, type Run, verdictOn } from "./run.js";

/** One line of the report: a run, and what came of it or why it did not take place. */
export interface Performed {
  readonly run: Run;
  readonly seconds: number;
  readonly skipped?: string;
  readonly outcome?: Outcome;
  /** What is wrong with it; nothing, when all is well. */
  readonly wrongs: readonly string[];
}

export interface Performance {
  readonly seconds: number;
  readonly seed: number;
  readonly say: (line: string) => void;
}

/** Of a control. */
const MOST_TRIES = 4;

/** Performs the runs one after another and shares the time: what one leaves goes to those that come after it. */
export async function perform(
  runs: readonly Run[],
  { seconds, seed, say }: Performance,
): Promise<readonly Performed[]> {
  const ends = performance.now() + seconds * 1_000;
  const skips = new Map(runs.map((run) => [run, run.whyNot?.()]));
  const performed: Performed[] = [];
  for (const [at, run] of runs.entries()) {
    const skipped = skips.get(run);
    if (skipped !== undefined) {
      say(`${idOf(run)}: skipped, ${skipped}`);
      performed.push({ run, seconds: 0, skipped, wrongs: [] });
      continue;
    }
    const still = runs.slice(at).filter((other) => skips.get(other) === undefined);
    const share = shareOf(run, still, (ends - performance.now()) / 1_000);
    say(`${idOf(run)}, ${share.toFixed(1)} s`);
    performed.push(await performOne(run, seed, share));
    for (const wrong of performed.at(-1)?.wrongs ?? []) say(`WRONG  ${idOf(run)}: ${wrong}`);
  }
  return performed;
}

/** The seconds of the first of some runs, of what is left for all of them. */
export function shareOf(run: Run, still: readonly Run[], left: number): number {
  const sum = (of: (one: Run) => number): number => still.reduce((total, one) => total + of(one), 0);
  const least = run.leastSeconds ?? 0;
  const free = left - sum((one) => one.leastSeconds ?? 0);
  return Math.max(
    least,
    0.5,
    least +
      (free * run.weight) /
        Math.max(
          1e-9,
          sum(({ weight }) => weight),
        ),
  );
}

async function performOne(run: Run, seed: number, share: number): Promise<Performed> {
  const started = performance.now();
  const took = (): number => (performance.now() - started) / 1_000;
  try {
    for (let tries = 1; ; tries++) {
      const outcome = await run.run({ seed: seed + tries - 1, seconds: share });
      const wrongs = verdictOn(run, outcome);
      // Once in a while nothing happens to go wrong: a control is unharmed only when other seeds do not harm it either.
      const isOver = run.isControl !== true || wrongs.length === 0 || tries === MOST_TRIES;
      if (isOver) return { run, seconds: took(), outcome, wrongs };
    }
  } catch (error) {
    return { run, seconds: took(), wrongs: [error instanceof Error ? (error.stack ?? error.message) : String(error)] };
  }
}
