import { compareTimes, toTime } from "../time.js";
import { type Lineage } from "./lineages.js";
import { type ClassOf, keyOf, type SharedClass } from "./shared-classes.js";

/** What makes one of two sessions the one in which shared records were made, the surest first. */
export const REASONS = ["explicit-origin", "own-records-before", "older-file", "no-own-records"] as const;

export type Reason = (typeof REASONS)[number];

/** How a session stands to the records it shares with others. */
export type Standing = {
  /** The reasons for which they were made in it. */
  readonly reasons: ReadonlySet<Reason>;
  /** When it went its own way: the time of its first record behind them. */
  readonly nextTime: number | undefined;
  readonly bornAt: number | undefined;
  /** Place of its id among all. */
  readonly position: number;
};

type Seen = { readonly of: SharedClass; readonly time: number | undefined };

const compareWidth = (a: Seen, b: Seen): number =>
  a.of.holders.length - b.of.holders.length || compareTimes(a.time, b.time);

/**
 * What a session has that fewer others have, so far in its file. Two are enough: to ask about a class is to ask for the
 * narrowest of another one.
 */
function createNarrowest(): { add(seen: Seen): void; besides(of: SharedClass): Seen | undefined } {
  let best: Seen | undefined;
  let second: Seen | undefined;
  return {
    add: (seen) => {
      if (best === undefined || compareWidth(seen, best) < 0) {
        if (best !== undefined && best.of !== seen.of) second = best;
        best = seen;
      } else if (seen.of !== best.of && (second === undefined || compareWidth(seen, second) < 0)) second = seen;
    },
    besides: (of) => (best?.of === of ? second : best),
  };
}

const notAfter = (a: number | undefined, b: number | undefined): boolean =>
  a === undefined || b === undefined || a <= b;

/** Before a fork's copies there is nothing that only few have, but what it put there itself, which is later than they. */
function hasOwnBefore(seen: Seen | undefined, shared: SharedClass): boolean {
  if (seen === undefined || seen.of.holders.length > shared.holders.length) return false;
  return notAfter(seen.time, shared.lastTime);
}

type Found = { ownBefore: boolean; lastAt: number };

/** A session's standing to each class of records it shares. One walk through its file. */
export function findStandings(
  lineage: Lineage,
  position: number,
  classOf: ClassOf,
): ReadonlyMap<SharedClass, Standing> {
  const narrowest = createNarrowest();
  const found = new Map<SharedClass, Found>();
  const times: (number | undefined)[] = [];
  const passed = new Set<string>();
  for (const member of lineage.members) {
    for (const { uuid, time } of member.records) {
      const key = keyOf(member.agent, uuid);
      // An agent may write a record twice: its first place is the one it was made at.
      if (passed.has(key)) continue;
      passed.add(key);
      const of = classOf(member, uuid);
      if (of.holders.length > 1) {
        found.set(of, { ownBefore: hasOwnBefore(narrowest.besides(of), of), lastAt: times.length });
      }
      narrowest.add({ of, time: toTime(time) });
      times.push(toTime(time));
    }
  }
  const { bornAt } = lineage;
  const standings = new Map<SharedClass, Standing>();
  for (const [of, { ownBefore, lastAt }] of found) {
    const reasons = new Set<Reason>();
    if (of.origins.has(position)) reasons.add("explicit-origin");
    if (ownBefore) reasons.add("own-records-before");
    if (bornAt !== undefined && of.lastTime !== undefined && bornAt <= of.lastTime) reasons.add("older-file");
    if (lastAt === times.length - 1) reasons.add("no-own-records");
    standings.set(of, { reasons, nextTime: times[lastAt + 1], bornAt, position });
  }
  return standings;
}

/** Why the shared records were made in the one and not in the other; undefined when nothing tells. */
export function findReason(a: Standing, b: Standing): Reason | undefined {
  return REASONS.find((reason) => a.reasons.has(reason) !== b.reasons.has(reason));
}

/** The older one first. What nothing tells is settled by first own record, by file, by id, so that it stays settled. */
export function compareSeniority(a: Standing, b: Standing): number {
  const reason = findReason(a, b);
  if (reason !== undefined) return a.reasons.has(reason) ? -1 : 1;
  return compareTimes(a.nextTime, b.nextTime) || compareTimes(a.bornAt, b.bornAt) || a.position - b.position;
}
