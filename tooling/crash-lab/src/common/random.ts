/** A small seeded generator: what a run does at random is repeatable as far as processes are. */
export interface Random {
  /** From 0 to 1. */
  next(): number;
  below(limit: number): number;
  chance(share: number): boolean;
  /** Undefined of an empty list. */
  pick<T>(from: readonly T[]): T | undefined;
  /** The same in another order. */
  shuffle<T>(from: readonly T[]): T[];
}

/** Mulberry32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  const shuffle = <T>(from: readonly T[]): T[] => {
    const shuffled = [...from];
    for (let at = shuffled.length - 1; at > 0; at--) {
      const other = below(at + 1);
      [shuffled[at], shuffled[other]] = [shuffled[other]!, shuffled[at]!];
    }
    return shuffled;
  };
  return { next, below, chance: (share) => next() < share, pick: (from) => from[below(from.length)], shuffle };
}
