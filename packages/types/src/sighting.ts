import type { NativeSessionId, SessionId } from "./ids.js";

// What is learnt about an agent's session each time somebody sees it: an import reading its transcript, a hook, a writer.
// All but `agent` and `at` only where it is known. Nothing here is trusted: strings are of any content and length.

/**
 * How a session came from another one.
 *
 * - `fork`: it began with a copy of the other's conversation (a fork, a branch, an old-style resume)
 * - `sub-agent`: the other one started it to do a part of its work
 * - `clear`: the same process went on with an empty conversation
 * - `continuation`: it goes on where the other one's transcript ends
 * - `manual`: a person said so
 */
export type EdgeKind = "fork" | "sub-agent" | "clear" | "continuation" | "manual";

/** A session this one came from, in its agent's own words. */
export type NativeLink = {
  kind: EdgeKind;
  /** The other session, of the same agent. */
  native: NativeSessionId;
  /** The tool call that started a sub-agent. */
  callId?: string;
  /** The last record of the other session that was copied. */
  at?: string;
};

/** One transcript file, as far as it was read. */
export type TranscriptFacts = {
  /** Absolute. */
  path: string;
  /** Bytes. */
  size?: number;
  /** RFC 3339. */
  mtime?: string;
  /** Ids of its first and last conversation record. */
  firstUuid?: string;
  lastUuid?: string;
  /** What the first record names as the record before it, when that is not in the file. */
  firstParentUuid?: string;
  /**
   * Ids of the records with which a copy of this conversation may begin: its first one, each compaction and the record
   * behind it. Two sessions that share one share their history.
   */
  heads?: readonly string[];
  /** It was there once and is no more. */
  missing?: true;
};

/** What git says about a directory. Absent fields: not a repository, or not to be had in time. */
export type GitFacts = {
  branch?: string;
  /** Commit hash. */
  head?: string;
  /** Top of the working tree as git names it, and with links resolved. */
  worktree?: string;
  worktreeRealPath?: string;
  /** The repository that all its working trees share, links resolved. */
  commonDir?: string;
};

/** What a hook said about how its session began, and in which process. */
export type HookFacts = {
  /** `startup`, `resume`, `clear`, `compact`, `fork` or the agent's own word. */
  source?: string;
  /** The agent's process: pid and start time in one string, equal only for the same process. */
  process?: string;
  /** The session ended because its conversation was cleared: the next one of this process comes from it. */
  endedByClear?: boolean;
};

/** A title, with the record it belongs to when it says so: that record may be in another session. */
export type SightedTitle = { text: string; of?: string };

/** An agent that works inside its parent's session and has no session of its own. */
export type SightedSubAgent = {
  id: string;
  /** Its type or name. */
  name?: string;
  /** The tool call that started it. */
  callId?: string;
  /** The sub-agent that started it; absent for the main agent. */
  parent?: string;
};

/** One look at a session. */
export type Sighting = {
  /** The agent's name, such as `claude`. */
  agent: string;
  /** The agent's own id; absent for a session that a writer made. */
  native?: NativeSessionId;
  /** The session's id, where a writer has given it one; its native session is then bound to it, unless it is bound already. */
  session?: SessionId;
  /** The session whose log has the events, when that is another one than the native session's derived id. */
  log?: SessionId;
  /** Now: RFC 3339 in UTC with milliseconds. */
  at: string;
  /** Its first and its latest event, in the same form. */
  created?: string;
  progress?: string;
  /** Latest run. */
  run?: number;
  cwd?: string;
  git?: GitFacts;
  /** Branch and commit at its start, where that is known to be older than `git`. */
  branchAtStart?: string;
  headAtStart?: string;
  model?: string;
  /** The title it has now, given by a person or made by its agent. */
  title?: string;
  /** Titles it holds that belong to the session with that record. */
  titles?: readonly SightedTitle[];
  /** The first thing a person typed, raw. */
  prompt?: string;
  transcript?: TranscriptFacts;
  link?: NativeLink;
  /** The session it works for, where that is one of ours: a process of it started this one. */
  parent?: SessionId;
  hook?: HookFacts;
  subAgents?: readonly SightedSubAgent[];
};
