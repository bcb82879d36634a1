import { type Row } from "./run-families.js";

/** What the list of known misses and the figures have to say to each other. */
export interface Misses {
  readonly explained: readonly { readonly figure: string; readonly cause: string }[];
  readonly unexplained: readonly string[];
  /** Explained, and measured to reach its limit under every Node. */
  readonly noLongerMissed: readonly string[];
  /** Explained, and no figure has that name. */
  readonly unknown: readonly string[];
}

/** A figure within the noise of its limit needs no cause, and keeps one that it has. */
export function matchMisses(
  rows: readonly Row[],
  causes: Readonly<Record<string, string>>,
  allFigures: ReadonlySet<string>,
): Misses {
  const verdicts = new Map<string, Set<string>>();
  for (const { figure, verdict } of rows) verdicts.set(figure, (verdicts.get(figure) ?? new Set()).add(verdict));
  const isMissed = (figure: string): boolean => verdicts.get(figure)?.has("missed") === true;
  const isReached = (figure: string): boolean => {
    const all = verdicts.get(figure);
    return all !== undefined && all.size === 1 && all.has("reached");
  };
  const known = Object.entries(causes);
  return {
    explained: known.filter(([figure]) => isMissed(figure)).map(([figure, cause]) => ({ figure, cause })),
    unexplained: [...verdicts.keys()].filter((figure) => isMissed(figure) && causes[figure] === undefined),
    noLongerMissed: known.map(([figure]) => figure).filter(isReached),
    unknown: known.map(([figure]) => figure).filter((figure) => !allFigures.has(figure)),
  };
}
