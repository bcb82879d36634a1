import { type EdgeKind, type NativeSessionId, type SessionId, type Sighting } from "@agentlog/types";

/** How an answer was found, in the order the ways are tried. */
export type ResolutionSource = "exact" | "explicit" | "lineage" | "fingerprint" | "minted" | "ambiguous";

export type Confidence = "exact" | "explicit" | "high" | "low" | "none";

/** One reason, for a person to read and a program to compare. */
export type Evidence = {
  /**
   * `native-id`, `given-session`, `started-by`, `hook-clear`; of parents `forked-from`, `spawned-by`, `cleared-from`, `continued-from`,
   * `linked-by-hand`, `last-uuid`; of candidates `shared-head`, `first-human-prompt`, `lineage-prefix`, `same-cwd`,
   * `same-worktree`, `same-branch`, `within-window`; of forks `shared-uuids`, `explicit-origin`, `own-records-before`,
   * `older-file`, `no-own-records`, `undecided-direction`.
   */
  readonly kind: string;
  /** What was compared, escaped by whoever prints it. */
  readonly value?: string;
};

export type ParentCandidate = { readonly session: SessionId; readonly evidence: readonly Evidence[] };

/** Who a sighting is, and why. Stored with the event it led to. */
export type Resolution = {
  readonly session: SessionId;
  readonly source: ResolutionSource;
  readonly confidence: Confidence;
  readonly evidence: readonly Evidence[];
  /** The session it came from, when that is known. */
  readonly parent?: { readonly session: SessionId; readonly kind: EdgeKind };
  /** At most `maxCandidates` (10), best first. */
  readonly candidates: readonly ParentCandidate[];
  /** How many more there were. */
  readonly candidatesOmitted: number;
};

/** What is compared of a session that is known. */
export type KnownSession = {
  readonly session: SessionId;
  /** All agents' ids bound to it. */
  readonly natives: readonly { readonly agent: string; readonly native: NativeSessionId }[];
  readonly cwd?: string;
  readonly worktreeRealPath?: string;
  readonly branchAtStart?: string;
  readonly created?: string;
  readonly progress?: string;
  readonly lastUuids: readonly string[];
  readonly heads: readonly string[];
  /** By name, such as `first_human_prompt_v1`. */
  readonly fingerprints: Readonly<Record<string, string>>;
  /** The agent process in which its conversation was cleared, and when. */
  readonly cleared?: { readonly agent: string; readonly process: string; readonly at: string };
};

/** A key under which a known session is found; `lookupKeys` gives those to ask for, `identityKeys` those a session has. */
export type IdentityKey = readonly [
  index: "native" | "head" | "lastUuid" | "fingerprint" | "cleared",
  ...value: string[],
];

/** What the index found for the sighting's keys. A session may be there more than once. */
export type IdentityMatches = readonly { readonly key: IdentityKey; readonly session: KnownSession }[];

export type ResolveOptions = {
  /** Hours in which an equal prompt counts as near. Default 72. */
  readonly timeWindowHours?: number | undefined;
  /** Corroborators a fingerprint needs in all, at least one of them strong. Default 2. */
  readonly minCorroborators?: number | undefined;
  /** What an accepted fingerprint does: name a candidate, or join the session. Default `suggest`. */
  readonly fingerprint?: "suggest" | "join" | undefined;
  /** Default 10. */
  readonly maxCandidates?: number | undefined;
};

/** The signature of `resolveIdentity`: pure, total, the same for any order of `matches`. [ID-1] */
export type ResolveIdentity = (sighting: Sighting, matches: IdentityMatches, options?: ResolveOptions) => Resolution;
