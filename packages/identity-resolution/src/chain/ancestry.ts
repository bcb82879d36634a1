import { deriveSessionId, type EdgeKind, type SessionId, type Sighting } from "@agentlog/types";
import { type Evidence, type KnownSession, type ParentCandidate } from "../contract.js";
import { clearedProcess, sightingHeads } from "../keys.js";
import { compareTimes, toTime } from "../time.js";
import { compareText } from "../text.js";
import { hasNative, isOfAgent, toEvidence } from "./known.js";

/** Where a session came from, by what is written down: its parent, or those that it may have come from. */
export type Ancestry = {
  readonly source: "explicit" | "lineage";
  readonly parent?: { readonly session: SessionId; readonly kind: EdgeKind };
  readonly evidence: readonly Evidence[];
  /** Only without a parent. */
  readonly candidates: readonly ParentCandidate[];
};

type Step = (sighting: Sighting, own: SessionId, sessions: readonly KnownSession[]) => Ancestry | undefined;

const LINK_EVIDENCE: Readonly<Record<EdgeKind, string>> = {
  fork: "forked-from",
  "sub-agent": "spawned-by",
  clear: "cleared-from",
  continuation: "continued-from",
  manual: "linked-by-hand",
};

/** What the agent's own files say. */
const byLink: Step = ({ agent, native, link }, own, sessions) => {
  // The kind is from outside, too: it may be any string.
  if (!link?.native || link.native === native || !Object.hasOwn(LINK_EVIDENCE, link.kind)) return undefined;
  const known = sessions.find((session) => hasNative(session, agent, link.native));
  const session = known?.session ?? deriveSessionId(agent, link.native);
  if (session === own) return undefined;
  const evidence = [toEvidence(LINK_EVIDENCE[link.kind], link.native)];
  return { source: "explicit", parent: { session, kind: link.kind }, evidence, candidates: [] };
};

/** A process that cleared its conversation goes on in a new session: it comes from the one cleared last before it. */
const byClear: Step = (sighting, _own, others) => {
  const process = clearedProcess(sighting);
  if (process === undefined) return undefined;
  const now = toTime(sighting.at);
  const [last] = others
    .flatMap(({ session, cleared }) => {
      if (cleared?.agent !== sighting.agent || cleared.process !== process) return [];
      const at = toTime(cleared.at);
      return now !== undefined && at !== undefined && at > now ? [] : [{ session, at }];
    })
    .toSorted((a, b) => compareTimes(negate(a.at), negate(b.at)) || compareText(a.session, b.session));
  if (last === undefined) return undefined;
  const evidence = [toEvidence("hook-clear", process)];
  return { source: "explicit", parent: { session: last.session, kind: "clear" }, evidence, candidates: [] };
};

const negate = (time: number | undefined): number | undefined => (time === undefined ? undefined : -time);

/** Its first record names as its parent the last record of a known transcript. */
const byLastUuid: Step = ({ agent, transcript }, _own, others) => {
  const uuid = transcript?.firstParentUuid;
  if (!uuid) return undefined;
  const ends = others.filter((other) => isOfAgent(other, agent) && other.lastUuids.includes(uuid));
  const evidence = [toEvidence("last-uuid", uuid)];
  const [end] = ends;
  if (end === undefined) return undefined;
  if (ends.length > 1) {
    return { source: "lineage", evidence, candidates: ends.map(({ session }) => ({ session, evidence })) };
  }
  return { source: "lineage", parent: { session: end.session, kind: "continuation" }, evidence, candidates: [] };
};

/** It shares records with known sessions. Which of them is the older, only their records can tell: see `inferForks`. */
const bySharedHeads: Step = (sighting, _own, others) => {
  const heads = new Set(sightingHeads(sighting));
  if (heads.size === 0) return undefined;
  const candidates = others.flatMap((other): ParentCandidate[] => {
    const shared = isOfAgent(other, sighting.agent) ? other.heads.filter((head) => heads.has(head)) : [];
    const first = shared.toSorted(compareText)[0];
    return first === undefined ? [] : [{ session: other.session, evidence: [toEvidence("shared-head", first)] }];
  });
  const [best] = candidates;
  return best === undefined ? undefined : { source: "lineage", evidence: best.evidence, candidates };
};

/** The first step that answers. */
export function findAncestry(
  sighting: Sighting,
  own: SessionId,
  sessions: readonly KnownSession[],
): Ancestry | undefined {
  const linked = byLink(sighting, own, sessions);
  if (linked !== undefined) return linked;
  const others = sessions.filter(({ session }) => session !== own);
  for (const step of [byClear, byLastUuid, bySharedHeads]) {
    const found = step(sighting, own, others);
    if (found !== undefined) return found;
  }
  return undefined;
}
