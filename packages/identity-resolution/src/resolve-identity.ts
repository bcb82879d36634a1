import { type Sighting } from "@agentlog/types";
import { type Confidence, type KnownSession, type Resolution, type ResolveIdentity } from "./contract.js";
import { findAncestry, type Ancestry } from "./chain/ancestry.js";
import { matchFingerprints } from "./chain/fingerprint-matches.js";
import { distinctSessions } from "./chain/known.js";
import { ownIdentity, type OwnIdentity } from "./chain/own-identity.js";
import { rankCandidates, type Ranked } from "./chain/rank.js";
import { toTime } from "./time.js";

const NO_CANDIDATES: Ranked = { candidates: [], candidatesOmitted: 0 };

const CONFIDENCE: Readonly<Record<Resolution["source"], Confidence>> = {
  exact: "exact",
  explicit: "explicit",
  lineage: "high",
  fingerprint: "low",
  minted: "none",
  ambiguous: "none",
};

type Found = Pick<Resolution, "session" | "source" | "evidence"> & { readonly parent?: Resolution["parent"] };

const toResolution = ({ parent, ...found }: Found, ranked: Ranked): Resolution => ({
  ...found,
  confidence: CONFIDENCE[found.source],
  ...(parent === undefined ? {} : { parent }),
  ...ranked,
});

/** A known session is offered only older ones: its candidates do not change with each session that comes after it. */
function olderThan(own: OwnIdentity, sighting: Sighting, others: readonly KnownSession[]): readonly KnownSession[] {
  const born = toTime(own.known?.created) ?? toTime(sighting.created) ?? toTime(sighting.at);
  return others.filter(({ created }) => {
    const time = toTime(created);
    return born !== undefined && time !== undefined && time < born;
  });
}

/** A new session whose parent, or whose possible parents, are written down. */
function resolveNew(own: OwnIdentity, { source, parent, evidence }: Ancestry, ranked: Ranked): Resolution {
  const several = parent === undefined && evidence.some(({ kind }) => kind === "last-uuid");
  return toResolution({ session: own.session, source: several ? "ambiguous" : source, evidence, parent }, ranked);
}

/**
 * Which session a sighting is, where that one came from, and why. In this order: the id a writer gave, the native id, what the
 * agent or its hook says, shared records, fingerprints with corroborators, and else an id derived from the native one.
 *
 * Pure and total: no string makes it throw, and matches may come in any order, repeated or irrelevant. [ID-1] Only with
 * `fingerprint: "join"` is a new native session taken for a known one; otherwise that one is named as a candidate.
 */
export const resolveIdentity: ResolveIdentity = (sighting, matches, options = {}) => {
  const sessions = distinctSessions(matches);
  const own = ownIdentity(sighting, sessions);
  const others = sessions.filter(({ session }) => session !== own.session);
  const ancestry = findAncestry(sighting, own.session, sessions);
  const rank = (found: Ancestry["candidates"]): Ranked => rankCandidates(found, others, options.maxCandidates);

  if (own.source !== "minted") {
    const { session, source, evidence } = own;
    if (ancestry !== undefined) {
      const all = [...evidence, ...(ancestry.parent === undefined ? [] : ancestry.evidence)];
      return toResolution({ session, source, evidence: all, parent: ancestry.parent }, rank(ancestry.candidates));
    }
    const alike = matchFingerprints(sighting, olderThan(own, sighting, others), options);
    return toResolution({ session, source, evidence }, rank(alike));
  }
  if (ancestry !== undefined) return resolveNew(own, ancestry, rank(ancestry.candidates));

  const alike = matchFingerprints(sighting, others, options);
  const [only] = alike;
  if (alike.length > 1) return toResolution({ session: own.session, source: "ambiguous", evidence: [] }, rank(alike));
  if (only !== undefined && options.fingerprint === "join") {
    return toResolution({ session: only.session, source: "fingerprint", evidence: only.evidence }, NO_CANDIDATES);
  }
  return toResolution({ session: own.session, source: "minted", evidence: [] }, rank(alike));
};
