import { type StoredEvent } from "@agentlog/event-log";
import { type Awaitable, type Change, type FoldPosition, type ReadModelStore } from "./store.js";

/** Folds events into changes that are not written yet. */
export interface Fold<Event extends StoredEvent = StoredEvent> {
  /** Folds one event, all of it or, when it throws, none. */
  apply(event: Event): Awaitable<void>;
  /** What the events folded since the last call change. */
  take(): readonly Change[];
}

/** Makes a fold that goes on from what the store has. */
export type StartFold<Event extends StoredEvent = StoredEvent> = (store: ReadModelStore) => Fold<Event>;

/** What a catch-up did. */
export interface CaughtUp {
  /** Events folded by this call, the skipped ones included. */
  readonly events: number;
  readonly skipped: number;
  /** Undefined when the log has no events. */
  readonly position: FoldPosition | undefined;
}
