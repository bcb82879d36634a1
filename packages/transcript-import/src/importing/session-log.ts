import { type SessionId } from "@agentlog/types";
import { type ImportedEvent } from "../source.js";

/**
 * What an import needs of a session's log; an `EventLog` of `@agentlog/event-log` is one. Open it with `oversize: "spill"`,
 * or events over its limit are refused and counted as bad lines.
 */
export interface SessionLog {
  /** Appends all or none; throws `SEQ_CONFLICT` when `expectedSeq` is not the last sequence number (-1: empty). */
  appendMany(events: readonly ImportedEvent[], options: { readonly expectedSeq: number }): Promise<unknown>;
  read(options?: { readonly from?: number }): AsyncIterable<{ readonly seq: number; readonly id: string }>;
  stat(): { readonly lastSeq: number };
  close(): Promise<void>;
}

/** Opens the log of a session; it need not exist. Called for one session at a time, and again after it was closed. */
export type OpenSessionLog = (session: SessionId) => SessionLog;
