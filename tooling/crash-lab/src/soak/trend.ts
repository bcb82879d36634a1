import { type Reading } from "./protocol.js";

/**
 * Whether a process stays as large as it is. The first quarter of a run, and at least its first minute, is warm-up: code is
 * compiled, pools fill, the heap finds its size. Of the rest the median of the last third is held against that of the first
 * third; a median does not see single peaks. What lies between the two is half of a run, so that a leak of L a minute shows
 * as L × minutes / 2.
 *
 * The allowances are for what grows without being a leak. Live memory (read after a collection) may grow by 2 MiB: compiled
 * code, and what a read model in files holds back before it writes it (up and down by that much with 200 sessions). Resident
 * memory may grow by 8 MiB or a tenth, whichever is more: the allocator gives pages back when it likes. Descriptors may grow
 * by 4: logs that are open at the moment of a reading.
 */

export type Verdict = "flat" | "GROWS" | "too short";

export interface Trend {
  /** Of the readings after the warm-up. */
  readonly first: number;
  readonly last: number;
  readonly max: number;
  /** Least squares over the readings after the warm-up, per minute. */
  readonly perMinute: number;
  /** Median of the last third less that of the first. */
  readonly growth: number;
  readonly verdict: Verdict;
}

const MIB = 1024 * 1024;
const WARM_UP_SECONDS = 60;
/** After the warm-up; fewer tell nothing. */
const FEWEST_READINGS = 60;

export interface Measure {
  readonly of: (reading: Reading) => number | undefined;
  /** By how much it may grow, given the median it had after the warm-up. */
  readonly allowance: (median: number) => number;
}

export const resident: Measure = { of: ({ rss }) => rss, allowance: (median) => Math.max(8 * MIB, median / 10) };
export const live: Measure = { of: (reading) => reading.live, allowance: () => 2 * MIB };
export const descriptors: Measure = { of: (reading) => reading.descriptors, allowance: () => 4 };

/** Undefined when nothing was measured. Of a run that is over before the warm-up is, all readings are told and none judged. */
export function trendOf(readings: readonly Reading[], { of, allowance }: Measure): Trend | undefined {
  const all = readings.flatMap((reading) => {
    const y = of(reading);
    return y === undefined ? [] : [{ x: reading.seconds / 60, y }];
  });
  if (all.length === 0) return undefined;
  const [start, end] = [all[0]!.x, all.at(-1)!.x];
  const warmFrom = start + Math.max((end - start) / 4, WARM_UP_SECONDS / 60);
  const warm = all.filter(({ x }) => x >= warmFrom);
  const told = warm.length === 0 ? all : warm;
  const values = told.map(({ y }) => y);
  const third = Math.ceil(values.length / 3);
  const before = median(values.slice(0, third));
  const growth = median(values.slice(-third)) - before;
  return {
    first: values[0]!,
    last: values.at(-1)!,
    max: values.reduce((most, value) => Math.max(most, value)),
    perMinute: slopeOf(told),
    growth,
    verdict: warm.length < FEWEST_READINGS ? "too short" : growth > allowance(before) ? "GROWS" : "flat",
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/** The slope of the line with the least squares. */
function slopeOf(points: readonly { readonly x: number; readonly y: number }[]): number {
  const meanOf = (pick: (point: { readonly x: number; readonly y: number }) => number): number =>
    points.reduce((sum, point) => sum + pick(point), 0) / points.length;
  const [x, y] = [meanOf((point) => point.x), meanOf((point) => point.y)];
  const spread = points.reduce((sum, point) => sum + (point.x - x) ** 2, 0);
  return spread === 0 ? 0 : points.reduce((sum, point) => sum + (point.x - x) * (point.y - y), 0) / spread;
}
