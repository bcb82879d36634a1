import { type AgentlogError } from "@agentlog/types";

/** One event on its way into the log: serialized when it was handed over, so that later changes to it do not matter. */
export interface PendingEvent {
  readonly id: string;
  /** The event's JSON text without its outer braces. */
  readonly body: string;
  readonly bytes: number;
}

/** One call of `append` or `appendMany`: its events are accepted together or not at all. */
export interface PendingAppend {
  readonly events: readonly PendingEvent[];
  readonly expectedSeq: number | undefined;
  /** Monotonic milliseconds. */
  readonly since: number;
  /** The name of the spool entry it came from, if it did. */
  readonly spooled?: string;
  outcome: AppendOutcome | undefined;
  /** How often the lock was lost under it. */
  lostLocks?: number;
  /** Called once, after the outcome is as durable as was asked for. */
  readonly settle: (outcome: AppendOutcome) => void;
}

/** How one call ended. `firstSeq` is the number of its first event; the others follow it. */
export type AppendOutcome =
  | { readonly kind: "appended"; readonly firstSeq: number }
  | { readonly kind: "spooled" }
  | { readonly kind: "failed"; readonly error: Error | AgentlogError };
