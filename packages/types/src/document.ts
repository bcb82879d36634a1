import type { MessageRole } from "./kinds/conversation.js";
import type { BlobRef } from "./payload.js";

/** Why a loop began. */
export const CONTINUATION_KINDS = ["initial", "default", "rerun", "branch", "compaction"] as const;
/**
 * - `initial`: the first of its session or of its agent
 * - `default`: it goes on where the loop before it ended
 * - `rerun`: it does the work of its parent loop once more
 * - `branch`: it goes another way from a point of its parent loop
 * - `compaction`: the conversation was replaced by a summary and goes on
 */
export type ContinuationKind = (typeof CONTINUATION_KINDS)[number];

/** How a loop stands. */
export const LOOP_STATUSES = ["running", "completed", "failed", "rejected", "aborted"] as const;
/** `rejected`: it was refused before it began. `aborted`: it was stopped from outside, or its writer is gone. */
export type LoopStatus = (typeof LOOP_STATUSES)[number];

/** What made a session. */
export const FORMATIONS = ["explicit", "first-loop", "inactivity-timeout"] as const;
/** `explicit`: somebody began it. `first-loop`: its first loop did. `inactivity-timeout`: the one before it was idle too long. */
export type Formation = (typeof FORMATIONS)[number];

/** How long a session is meant to be kept. */
export const SESSION_SCOPES = ["ephemeral", "persistent"] as const;
/** `ephemeral`: of no use once its work is done. */
export type SessionScope = (typeof SESSION_SCOPES)[number];

/** Tokens of a loop, summed; each request counted once. */
export type LoopUsage = {
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  /** United States dollars, as the agent reported them; absent when it never did. */
  costUsd?: number;
};

/** What was said in a loop. */
export type LoopMessage = {
  role: MessageRole;
  /** The whole text, or a preview when `textBlob` is there. */
  text: string;
  textBlob?: BlobRef;
  time: string;
  /** Sequence number of its event in the session's log. */
  seq: number;
  messageId?: string;
  model?: string;
};

/** One agent loop: an agent's work from what it was given to do until it stopped. */
export type LoopRecord = {
  /** Unique in its session. */
  id: string;
  /** The agent whose loop it is; absent for the session's main agent. */
  agent?: string;
  /** The loop it continues, repeats, leaves, or was spawned by. */
  parentLoop?: string;
  continuation: ContinuationKind;
  /** True when nobody named it: it was worked out from what the log tells. */
  inferred?: true;
  startedAt: string;
  endedAt?: string;
  status: LoopStatus;
  /** Why it failed or was rejected, in a few words. */
  reason?: string;
  usage: LoopUsage;
  /** In the order of the log. */
  messages: LoopMessage[];
  /** The loops it spawned, in the order they began. */
  childLoops: string[];
};

/** Where a session was spawned from. */
export type SpawnRef = {
  session: string;
  loop?: string;
  callId?: string;
};

/** How far into the log a document goes. */
export type LogPlace = {
  /** -1 before the first event. */
  seq: number;
  /** Id of the event at `seq`; absent before the first. */
  id?: string;
};

/** A session as an agent loop keeps it: one whole document, derived from the session's log and derivable again at any time. */
export type SessionDocument = {
  sessionId: string;
  /** Whose session it is; absent when nobody said. */
  agentId?: string;
  createdAt: string;
  /** Time of the latest event; never goes back. */
  lastActiveAt: string;
  formation: Formation;
  scope: SessionScope;
  parentSpawn?: SpawnRef;
  /** In the order they began; none is ever taken away. */
  loops: LoopRecord[];
  /** The last event it has. */
  position: LogPlace;
  /** Requests whose usage is counted, so that a provider's message told in several events counts once. */
  counted: string[];
};

/**
 * Data of `loop.started`, with which a program names its own loops. Where nobody does, each prompt begins one, each run, each
 * compaction, and each sub-agent.
 */
export type LoopStarted = {
  /** Unique in its session. */
  loop: string;
  agent?: string;
  parentLoop?: string;
  continuation?: ContinuationKind;
};

/** Data of `loop.ended`. */
export type LoopEnded = {
  loop: string;
  /** Default `completed`. */
  status?: Exclude<LoopStatus, "running">;
  reason?: string;
};
