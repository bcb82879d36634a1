/**
 * Tokens of one model request. A provider's message may be told in several events: count each pair of `messageId` and
 * `requestId` once.
 */
export type UsageRecorded = {
  /** Input tokens that came from no cache. */
  inputTokens: number;
  /** Output tokens, reasoning included. */
  outputTokens: number;
  /** Default 0. */
  cacheReadTokens?: number;
  /** Default 0. */
  cacheWriteTokens?: number;
  /** United States dollars, as the agent reported them; never worked out by us. */
  costUsd?: number;
  model?: string;
  messageId?: string;
  requestId?: string;
};

/** The conversation was replaced by a summary of it. */
export type ContextCompacted = {
  /** Whether somebody asked for it. Absent: not known. */
  trigger?: "manual" | "auto";
  /** Tokens in the context before and after. */
  preTokens?: number;
  postTokens?: number;
  durationMs?: number;
  /** The beginning of the summary. */
  summary?: string;
};

/** Another model answers from here on. */
export type ModelSwitched = {
  from?: string;
  to: string;
  reason?: string;
};

/** A sign of life, only in the log of who asked for it there. */
export type HeartbeatRecorded = {
  /** Grows with each event the writer emits; a heartbeat itself does not count. */
  progress: number;
  /** Milliseconds until the next one is due. */
  intervalMs?: number;
};
