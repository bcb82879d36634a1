import { type Damage } from "@agentlog/event-log";

/** What a projection met and went on from. `message` is one line for a person; nothing here holds an event's data. */
export type Problem = BadEvent | LogDamage | StaleState | SetAside | NotWritten;

/** [PR-4] An event that the projection could not fold, and that was skipped. */
export interface BadEvent {
  readonly kind: "bad-event";
  readonly message: string;
  readonly projection: string;
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  /** What `evolve` threw: made by the projection's own code, and may quote what it was given. */
  readonly cause: unknown;
}

/** Lines of the log that do not count, as the log reports them. */
export interface LogDamage {
  readonly kind: "log-damage";
  readonly message: string;
  readonly path: string;
  readonly damage: Damage;
}

/** [PR-1] What was kept does not belong to the log as it is now; it is folded anew. */
export interface StaleState {
  readonly kind: "stale-state";
  readonly message: string;
  readonly projection: string;
  /** The log. */
  readonly path: string;
}

/** [PR-1] A store could not read what it had kept, and moved it out of the way. */
export interface SetAside {
  readonly kind: "set-aside";
  readonly message: string;
  readonly path: string;
  readonly movedTo: string;
}

/** A read model could not be written. What was asked is answered from memory; the next process folds more of the log. */
export interface NotWritten {
  readonly kind: "not-written";
  readonly message: string;
  readonly path: string;
  readonly cause: unknown;
}
