import { now } from "./clock.js";
import { type Interleave } from "./figure.js";
import { type QuietGate } from "./quiet.js";

/**
 * Cases in turn, each round beginning with another one, so that none is always measured in the wake of the same other one.
 * The first rounds load and compile code, and warm the caches of the disk.
 */
export function createInterleave(gate: QuietGate, isQuick: boolean): Interleave {
  return async (cases, { rounds, quick = Math.min(rounds, Math.max(3, Math.ceil(rounds / 4))), warmUp = 2 }) => {
    const names = Object.keys(cases) as (keyof typeof cases)[];
    const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<
      keyof typeof cases,
      number[]
    >;
    const counted = isQuick ? quick : rounds;
    for (let round = -warmUp; round < counted; round++) {
      await gate.wait();
      for (let turn = 0; turn < names.length; turn++) {
        const name = names[(turn + round + warmUp) % names.length];
        if (name === undefined) continue;
        const value = await cases[name]();
        if (round >= 0) samples[name].push(value);
      }
    }
    return samples;
  };
}

/** Milliseconds of it. */
export async function timed(work: () => unknown): Promise<number> {
  const started = now();
  await work();
  return now() - started;
}

/** Microseconds for each of `count`. */
export async function timedEach(count: number, work: () => unknown): Promise<number> {
  return ((await timed(work)) * 1000) / count;
}
