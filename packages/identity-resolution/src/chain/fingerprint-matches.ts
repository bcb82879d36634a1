import { type Sighting } from "@agentlog/types";
import { type Evidence, type KnownSession, type ParentCandidate, type ResolveOptions } from "../contract.js";
import { sightingFingerprints } from "../keys.js";
import { toTime } from "../time.js";
import { toEvidence } from "./known.js";

const HOUR = 3_600_000;

const EVIDENCE_KIND = { first_human_prompt_v1: "first-human-prompt", lineage_prefix_v1: "lineage-prefix" } as const;

const equal = (kind: string, a: string | undefined, b: string | undefined): readonly Evidence[] =>
  a && a === b ? [toEvidence(kind, a)] : [];

/** How far a time is from the span in which a session was seen; undefined when either is not known. */
function distance(time: number | undefined, { created, progress }: KnownSession): number | undefined {
  const from = toTime(created) ?? toTime(progress);
  if (time === undefined || from === undefined) return undefined;
  return Math.max(0, from - time, time - Math.max(from, toTime(progress) ?? from));
}

const readNumber = (value: number | undefined, fallback: number, least: number): number =>
  value === undefined || Number.isNaN(value) ? fallback : Math.max(least, value);

/**
 * The known sessions with an equal fingerprint and enough beside it: at least one strong corroborator, the same directory or
 * the same working tree, whatever the options say, so that a first prompt alone never suffices. [ID-2]
 */
export function matchFingerprints(
  sighting: Sighting,
  others: readonly KnownSession[],
  options: ResolveOptions,
): readonly ParentCandidate[] {
  const windowMs = readNumber(options.timeWindowHours, 72, 0) * HOUR;
  const needed = readNumber(options.minCorroborators, 2, 1);
  const prints = Object.entries(sightingFingerprints(sighting));
  if (prints.length === 0) return [];
  const time = toTime(sighting.created) ?? toTime(sighting.at);
  const branch = sighting.branchAtStart ?? sighting.git?.branch;

  return others.flatMap((other): ParentCandidate[] => {
    const same = prints.filter(([name, value]) => other.fingerprints[name] === value);
    if (same.length === 0) return [];
    const strong = [
      ...equal("same-cwd", sighting.cwd, other.cwd),
      ...equal("same-worktree", sighting.git?.worktreeRealPath, other.worktreeRealPath),
    ];
    const far = distance(time, other);
    const weak = [
      // Without a branch an agent writes HEAD: that two sessions have none says nothing.
      ...(branch === "HEAD" ? [] : equal("same-branch", branch, other.branchAtStart)),
      ...(far !== undefined && far <= windowMs ? [toEvidence("within-window")] : []),
    ];
    if (strong.length === 0 || strong.length + weak.length < needed) return [];
    const found = same.map(([name]) => toEvidence(EVIDENCE_KIND[name as keyof typeof EVIDENCE_KIND]));
    return [{ session: other.session, evidence: [...found, ...strong, ...weak] }];
  });
}
