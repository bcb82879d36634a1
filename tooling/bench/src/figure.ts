import { type Spread } from "./spread.js";

/** A figure: one number that has to reach a limit. Most are ratios of two things measured side by side in one run. */
export interface Figure {
  /** Names it on the command line, in the results and in `known-misses.ts`. */
  readonly name: string;
  /** What is compared with what. */
  readonly title: string;
  readonly limit: number;
  readonly direction: "at-most" | "at-least";
  /** `x` is a ratio; the others are absolute. */
  readonly unit: "x" | "ms" | "MB" | "events";
}

/** One side of a comparison, as the rounds had it. */
export interface Side {
  readonly name: string;
  readonly unit: string;
  readonly spread: Spread;
}

/** What a figure came to under one Node. */
export interface Measured {
  readonly figure: string;
  /** Of the ratio of each round, so that what the machine did meanwhile met both sides. */
  readonly value: Spread;
  readonly ours?: Side;
  readonly other?: Side;
  /** What a reader has to know beside the number. */
  readonly note?: string;
}

/** One line of the table of alternatives: no limit, only how fast each is at the same work. */
export interface Alternative {
  /** The work, which is also the heading it stands under. */
  readonly group: string;
  readonly name: string;
  readonly unit: string;
  readonly spread: Spread;
  /** Of the first line of its group. */
  readonly ratio: number;
}

/** Figures that are measured together, in a process of their own. */
export interface Family {
  readonly name: string;
  /** `both`: the running Node as well as the newest; the others run under the newest alone. */
  readonly nodes: "newest" | "both";
  readonly figures: readonly Figure[];
  readonly measure: (bench: Bench) => Promise<Results>;
}

export interface Results {
  readonly measured: readonly Measured[];
  readonly alternatives?: readonly Alternative[];
}

/** What a family works with. */
export interface Bench {
  /** Its own folder; everything it makes is in there, so that all sides are on one file system. */
  readonly folder: string;
  /** Shared by the families of a run: what is dear to make. */
  readonly fixtures: string;
  readonly quick: boolean;
  /** Sessions in the large registry. */
  readonly sessions: number;
  readonly interleave: Interleave;
}

/** Runs the cases in turn, round by round; each returns what it measured. The result has one number a round for each. */
export type Interleave = <Name extends string>(
  cases: Readonly<Record<Name, () => number | Promise<number>>>,
  plan: { readonly rounds: number; readonly quick?: number; readonly warmUp?: number },
) => Promise<Readonly<Record<Name, readonly number[]>>>;

/** `missed` only when the limit lies outside of p10–p90 too: a median beside it within the noise is `close`. */
export type Verdict = "reached" | "close" | "missed";

export function verdictOf(figure: Figure, value: Spread): Verdict {
  const { limit, direction } = figure;
  const reaches = (number: number): boolean => (direction === "at-most" ? number <= limit : number >= limit);
  if (reaches(value.median)) return "reached";
  return reaches(value.p10) || reaches(value.p90) ? "close" : "missed";
}
