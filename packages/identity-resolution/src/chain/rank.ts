import { type SessionId } from "@agentlog/types";
import { type KnownSession, type ParentCandidate } from "../contract.js";
import { compareTimes, toTime } from "../time.js";
import { compareText } from "../text.js";

/** Most telling first; what is not here corroborates. */
const STRENGTH: readonly string[] = ["last-uuid", "shared-head", "lineage-prefix", "first-human-prompt"];

const strength = ({ evidence }: ParentCandidate): number =>
  Math.min(...evidence.map(({ kind }) => STRENGTH.indexOf(kind)).filter((rank) => rank >= 0), STRENGTH.length);

export type Ranked = { readonly candidates: readonly ParentCandidate[]; readonly candidatesOmitted: number };

/** The best of the candidates: by strength of evidence, its amount, latest progress, then id. */
export function rankCandidates(
  found: readonly ParentCandidate[],
  others: readonly KnownSession[],
  most: number | undefined,
): Ranked {
  const limit = most === undefined || Number.isNaN(most) ? 10 : Math.max(0, Math.floor(most));
  const seen = new Map<SessionId, number | undefined>(
    others.map(({ session, progress, created }) => [session, toTime(progress) ?? toTime(created)]),
  );
  const ranked = found.toSorted(
    (a, b) =>
      strength(a) - strength(b) ||
      b.evidence.length - a.evidence.length ||
      latestFirst(seen.get(a.session), seen.get(b.session)) ||
      compareText(a.session, b.session),
  );
  const candidates = ranked.slice(0, limit);
  return { candidates, candidatesOmitted: ranked.length - candidates.length };
}

/** A time that is not known comes last, here too. */
const latestFirst = (a: number | undefined, b: number | undefined): number =>
  a === undefined || b === undefined ? compareTimes(a, b) : b - a;
