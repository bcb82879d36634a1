import { type Disk } from "@agentlog/durable-fs";
import { type StoredEvent } from "@agentlog/event-log";
import { type FoldedLog } from "./log.js";
import { type Problem } from "./problem.js";
import { type OpenReadModelStore } from "./store.js";

export interface OpenOptions<Event extends StoredEvent = StoredEvent> {
  readonly log: FoldedLog<Event>;
  /** Where the read model is kept. */
  readonly store: OpenReadModelStore;
  /**
   * [PR-4] What becomes of an event that `evolve` throws at: `"skip"` reports it to `onProblem` and goes on, `"stop"` makes
   * catching up throw `PROJECTION_FAILED` with everything before the event folded. Default `"skip"`.
   */
  readonly onBadEvent?: "skip" | "stop" | undefined;
  /** Told of what was met and gone on from. Default: nobody is. */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
  /** What the log's file is looked at with. Default: Node's `fs`. */
  readonly disk?: Disk | undefined;
}

export interface WatchOptions {
  /** Milliseconds the log must be quiet before its change is told, but no longer than ten times that. Default 50. */
  readonly debounceMs?: number | undefined;
  /** Milliseconds between two looks where the system does not tell of changes. Default 1,000. */
  readonly pollMs?: number | undefined;
  /** Ends the watch. */
  readonly signal?: AbortSignal | undefined;
}
