import {
  type Confidence,
  type Evidence,
  type ParentCandidate,
  type Resolution,
  type ResolutionSource,
} from "@agentlog/identity-resolution";
import {
  type EdgeKind,
  type JsonObject,
  type NativeSessionId,
  type SessionId,
  type SightedSubAgent,
  type Sighting,
} from "@agentlog/types";

export type Activity = "active" | "idle" | "archived";
export type Outcome = "open" | "done" | "blocked" | "abandoned" | "merged" | "superseded";

/** An agent's own session that is bound to one of ours. */
export type NativeBinding = {
  readonly agent: string;
  readonly native: NativeSessionId;
  /** The session whose log has its events. */
  readonly log: SessionId;
  readonly boundAt: string;
  /** Where it belonged before a merge: where `split` takes it back to. */
  readonly before?: SessionId;
};

/** How far a transcript was when it was last seen. */
export type TranscriptRecord = {
  readonly path: string;
  readonly agent: string;
  readonly native?: NativeSessionId;
  readonly firstUuid?: string;
  readonly lastUuid?: string;
  readonly size?: number;
  readonly mtime?: string;
  /** `missing`: it was there once. */
  readonly status: "present" | "missing";
};

export type ParentEdge = {
  readonly session: SessionId;
  readonly kind: EdgeKind;
  /** Who says so; a person's word counts above an agent's, and that above what was inferred. */
  readonly by: "person" | "agent" | "inference";
  readonly evidence: readonly Evidence[];
};

/** One piece of work: a record of the registry's read model. Times are RFC 3339 in UTC with milliseconds. */
export type SessionRecord = {
  readonly session: SessionId;
  /** Set when it was merged: everything else is then with that session. */
  readonly mergedInto?: SessionId;
  readonly alias?: string;
  readonly title?: string;
  /** The agent it was first seen with. */
  readonly agent: string;
  readonly natives: readonly NativeBinding[];
  /** Sessions whose logs belong to it, its own first. */
  readonly logs: readonly SessionId[];
  readonly transcripts: readonly TranscriptRecord[];
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly heads: readonly string[];
  readonly parent?: ParentEdge;
  /** A person took its parent away: none is inferred for it, and no sighting gives it one. */
  readonly parentless?: true;
  readonly candidates: readonly ParentCandidate[];
  readonly candidatesOmitted: number;
  /** How it was first resolved. */
  readonly resolution: {
    readonly source: ResolutionSource;
    readonly confidence: Confidence;
    readonly evidence: readonly Evidence[];
  };
  readonly cwd?: string;
  readonly worktree?: string;
  readonly worktreeRealPath?: string;
  readonly commonDir?: string;
  readonly branchAtStart?: string;
  readonly branch?: string;
  readonly headAtStart?: string;
  readonly head?: string;
  readonly model?: string;
  readonly tasks: readonly string[];
  readonly projects: readonly string[];
  readonly activity: Activity;
  readonly outcome: Outcome;
  readonly closedAt?: string;
  readonly closedReason?: string;
  readonly created: string;
  readonly progress: string;
  readonly promptPreview?: string;
  readonly runs: number;
  readonly subAgents: readonly SightedSubAgent[];
  readonly subAgentsOmitted: number;
  readonly cleared?: { readonly agent: string; readonly process: string; readonly at: string };
  /** Titles it holds for sessions that have those records. */
  readonly references: readonly { readonly uuid: string; readonly title: string }[];
  /** Titles that other sessions hold for this one. */
  readonly foreignTitles: readonly string[];
  /** Native sessions that were taken out of it by a person: no fingerprint brings them back. */
  readonly refused: readonly { readonly agent: string; readonly native: string }[];
  /** What was merged into it, oldest first, with what its fields were before and the merge changed (`null`: absent). */
  readonly absorbed?: readonly { readonly session: SessionId; readonly own: JsonObject }[];
};

/** What became of a sighting. */
export type Seen = {
  readonly session: SessionId;
  /** The resolution of this sighting; of a known native session `exact`. */
  readonly resolution: Resolution;
  /** False when the registry knew all of it and nothing was appended. */
  readonly changed: boolean;
  readonly record: SessionRecord;
};

/** A title that one session holds for another. */
export type ForeignTitle = { readonly title: string; readonly from: SessionId };

/** What to keep with a sighting's event beside it; free, and not folded. */
export type SeenPayload = (about: {
  readonly sighting: Omit<Sighting, "prompt">;
  readonly resolution: Resolution;
  /** Before it was seen this time. */
  readonly record: SessionRecord | undefined;
}) => JsonObject | undefined;

export type MutationOptions = { readonly dryRun?: boolean | undefined; readonly at?: string | undefined };

/** What a mutation did, or with `dryRun` would do. */
export type Mutation = { readonly changed: boolean; readonly session: SessionId; readonly record: SessionRecord };

/** What `split` takes out of a session. */
export type SplitOff = { readonly agent: string; readonly native: string } | { readonly session: SessionId };

export type FindFilter = {
  readonly text?: string | undefined;
  readonly task?: string | undefined;
  readonly project?: string | undefined;
  readonly alias?: string | undefined;
  readonly branch?: string | undefined;
  /** That directory or one below it. */
  readonly cwd?: string | undefined;
  readonly agent?: string | undefined;
  readonly activity?: Activity | undefined;
  readonly outcome?: Outcome | undefined;
  /** By latest progress, RFC 3339: at or after, and before. */
  readonly since?: string | undefined;
  readonly until?: string | undefined;
  /** Default 50. */
  readonly limit?: number | undefined;
};

/** One line of a tree: parents come before their children. Flat, so that no depth is too deep. */
export type TreeRow = {
  readonly record: SessionRecord;
  /** 0 for a root. */
  readonly depth: number;
  /** True for the last child of its parent. */
  readonly isLast: boolean;
  /** How it came from its parent; absent at a root. */
  readonly edge?: ParentEdge;
  /** Why it is a root although it has a parent: that is not in the registry, or the edge closes a cycle. */
  readonly broken?: "missing-parent" | "cycle";
};

/** The cross-session log and its read model. Any number of processes may have it open. */
export interface SessionRegistry extends AsyncDisposable {
  /** Sightings in order: each is resolved with the ones before it applied. One lock, one write. */
  seen(sightings: readonly Sighting[], payload?: SeenPayload): Promise<readonly Seen[]>;
  get(session: SessionId): Promise<SessionRecord | undefined>;
  /** By id, unique beginning of one, or alias. Throws `NOT_FOUND`, `AMBIGUOUS_ID`. */
  lookup(idPrefixOrAlias: string): Promise<SessionRecord>;
  byNative(agent: string, native: string): Promise<SessionRecord | undefined>;
  find(filter?: FindFilter): Promise<readonly SessionRecord[]>;
  /** Of one session: the whole tree it is in. Without: the trees of the latest sessions, at most `limit` roots (default 50). */
  tree(session?: SessionId, options?: { readonly limit?: number | undefined }): Promise<readonly TreeRow[]>;
  setAlias(session: SessionId, alias: string | undefined, options?: MutationOptions): Promise<Mutation>;
  link(
    session: SessionId,
    what: { readonly tasks?: readonly string[]; readonly projects?: readonly string[] },
    options?: MutationOptions,
  ): Promise<Mutation>;
  unlink(
    session: SessionId,
    what: { readonly tasks?: readonly string[]; readonly projects?: readonly string[] },
    options?: MutationOptions,
  ): Promise<Mutation>;
  setParent(
    child: SessionId,
    parent: SessionId | undefined,
    options?: MutationOptions & { readonly kind?: EdgeKind | undefined },
  ): Promise<Mutation>;
  /** A parent worked out from shared history: ignored where a person or an agent has named one. */
  inferParent(
    child: SessionId,
    edge: { readonly parent: SessionId; readonly kind: EdgeKind; readonly evidence: readonly Evidence[] } | undefined,
  ): Promise<Mutation>;
  closeSession(
    session: SessionId,
    how: { readonly outcome: Exclude<Outcome, "open">; readonly reason?: string | undefined },
    options?: MutationOptions,
  ): Promise<Mutation>;
  reopen(session: SessionId, options?: MutationOptions): Promise<Mutation>;
  merge(from: SessionId, into: SessionId, options?: MutationOptions): Promise<Mutation>;
  /**
   * Undoes a merge, named by the session that was merged or by one of its native sessions; or a join by fingerprint: the native
   * session gets a session of its own again. Throws `NOT_FOUND`, and `USAGE` for what is the session's own.
   */
  split(session: SessionId, what: SplitOff, options?: MutationOptions): Promise<Mutation>;
  /**
   * Takes a native session out of a session; its next sighting is resolved anew, and not by fingerprint to this one. Throws
   * `NOT_FOUND`, and `USAGE` for one that came by a merge: `split` undoes that.
   */
  unbind(
    session: SessionId,
    native: { readonly agent: string; readonly native: string },
    options?: MutationOptions,
  ): Promise<Mutation>;
  /** Adds a title that another session held for this one. */
  addTitle(session: SessionId, title: string, from: SessionId): Promise<Mutation>;
  /** All titles that sessions hold for others, by the record that those others have. */
  references(): Promise<ReadonlyMap<string, readonly ForeignTitle[]>>;
  /** Sessions whose conversation begins with one of these records, or is continued from one. */
  sharing(agent: string, uuids: Iterable<string>): Promise<readonly SessionRecord[]>;
  sweep(
    options?: MutationOptions & { readonly idleDays?: number | undefined; readonly archiveDays?: number | undefined },
  ): Promise<{ readonly idled: readonly SessionId[]; readonly archived: readonly SessionId[] }>;
  /** Folds the log anew. */
  rebuild(): Promise<{ readonly events: number; readonly sessions: number; readonly skipped: number }>;
  close(): Promise<void>;
}
