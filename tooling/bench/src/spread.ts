/** The middle of the rounds, and what eight of ten lie between. */
export interface Spread {
  readonly median: number;
  readonly p10: number;
  readonly p90: number;
  readonly rounds: number;
}

/** Quantiles by interpolation, so that few rounds do not make p10 the smallest. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)] ?? Number.NaN;
    const above = sorted[Math.ceil(place)] ?? Number.NaN;
    return below + (above - below) * (place - Math.floor(place));
  };
  return { median: at(0.5), p10: at(0.1), p90: at(0.9), rounds: values.length };
}

/** Round by round, so that whatever the machine did meanwhile is in both. */
export function ratios(of: readonly number[], to: readonly number[]): readonly number[] {
  return of.map((value, round) => value / (to[round] ?? Number.NaN));
}
