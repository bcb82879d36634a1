import { type Disk } from "@agentlog/durable-fs";
import { type Damage, type StoredEvent } from "@agentlog/event-log";
import { agentlogError } from "@agentlog/types";
import { type CaughtUp, type Fold, type StartFold } from "./fold.js";
import { fitOf, type FoldedLog, stampOf } from "./log.js";
import { samePosition } from "./position.js";
import { type Problem } from "./problem.js";
import { type FoldPosition, type ReadModelStore } from "./store.js";

export interface CatchUpOptions<Event extends StoredEvent> {
  readonly projection: string;
  readonly log: FoldedLog<Event>;
  readonly store: ReadModelStore;
  readonly startFold: StartFold<Event>;
  readonly onBadEvent: "skip" | "stop";
  readonly onProblem: (problem: Problem) => void;
  readonly disk: Disk;
}

/** One commit: enough events to make its cost small, few enough to hold. */
const BATCH_EVENTS = 1_000;
const BATCH_BYTES = 4 * 1024 * 1024;
/**
 * From nothing, nobody waits for a part of it, and what is written together is sorted once. Of sessions, so much of a log
 * takes some 400 MB of memory to fold.
 */
const BATCH_BYTES_ANEW = 16 * 1024 * 1024;

/**
 * [PR-1] [PR-3] Brings a read model up to its log. Any number of processes may do so at once: each batch is committed only
 * if the store is still where the batch began, so the same event is never applied twice, and whoever was slower goes on
 * from where the other has got to.
 */
export function createCatchUp<Event extends StoredEvent>(options: CatchUpOptions<Event>): () => Promise<CaughtUp> {
  const { projection, log, store, disk, onProblem } = options;
  /** The log's file as it was when all of it up to `position` had been folded. */
  let seen: { readonly stamp: string; readonly position: FoldPosition | undefined } | undefined;
  let reportedTo = -1;

  const onDamage = (damage: Damage, from: number): void => {
    if (damage.offset < from || damage.offset <= reportedTo) return;
    reportedTo = damage.offset;
    const message = `${log.path} is damaged (${damage.kind}) at byte ${damage.offset}; run verify to see all of it`;
    onProblem({ kind: "log-damage", message, path: log.path, damage });
  };

  const startAnew = async (): Promise<void> => {
    const message = `what projection ${projection} had kept does not belong to ${log.path} any more; it is folded anew`;
    onProblem({ kind: "stale-state", message, projection, path: log.path });
    reportedTo = -1;
    await store.clear();
  };

  const skipOrStop = ({ seq, id, type }: StoredEvent, cause: unknown): void => {
    const message = `projection ${projection} cannot fold event ${seq} (${id}, ${type}) of ${log.path}`;
    if (options.onBadEvent === "stop") {
      throw agentlogError(
        "PROJECTION_FAILED",
        `${message}; correct it and catch up again`,
        { projection, seq },
        { cause },
      );
    }
    onProblem({ kind: "bad-event", message, projection, seq, id, type, cause });
  };

  /** Folds what comes after `start`. Counts what it committed; says what is left to do. */
  const foldFrom = async (start: FoldPosition | undefined, done: Totals): Promise<"done" | "overtaken" | "unfit"> => {
    let committed = start;
    let position = start;
    let events = 0;
    let skipped = 0;
    let fold: Fold<Event> | undefined;
    /** The event at the position is read again: what follows it may have spoken against it since. */
    let proven = start === undefined;

    const commit = async (): Promise<boolean> => {
      if (position === undefined || events === 0) return true;
      if (!(await store.commit(fold?.take() ?? [], committed, position))) return false;
      done.events += events;
      done.skipped += skipped;
      [committed, events, skipped] = [position, 0, 0];
      return true;
    };

    const entries = log.entries({ from: start?.seq ?? 0, onDamage: (damage) => onDamage(damage, start?.offset ?? 0) });
    for await (const { event, end } of entries) {
      const here: FoldPosition = { seq: event.seq, offset: end, id: event.id, crc: event.crc };
      if (!proven) {
        if (!samePosition(here, start)) return "unfit";
        proven = true;
        continue;
      }
      fold ??= options.startFold(store);
      try {
        const applied = fold.apply(event);
        if (applied instanceof Promise) await applied;
      } catch (error) {
        if (options.onBadEvent === "stop" && !(await commit())) return "overtaken";
        skipOrStop(event, error);
        skipped++;
      }
      position = here;
      events++;
      const bytes = end - (committed?.offset ?? 0);
      if (start === undefined ? bytes >= BATCH_BYTES_ANEW : events >= BATCH_EVENTS || bytes >= BATCH_BYTES) {
        if (!(await commit())) return "overtaken";
      }
    }
    if (!proven) return "unfit";
    return (await commit()) ? "done" : "overtaken";
  };

  return async () => {
    const done: Totals = { events: 0, skipped: 0 };
    for (;;) {
      // Before anything is read: what is written meanwhile changes it, and the next call looks again.
      const stamp = stampOf(disk, log.path);
      const position = await store.position();
      const asSeen = seen?.stamp === stamp && samePosition(seen.position, position);
      const fit = asSeen ? "at-end" : position === undefined ? "behind" : fitOf(disk, log.path, position);
      const outcome = fit === "behind" ? await foldFrom(position, done) : fit === "at-end" ? "done" : "unfit";
      if (outcome === "unfit") {
        await startAnew();
      } else if (outcome === "done") {
        const reached = await store.position();
        seen = { stamp, position: reached };
        return { ...done, position: reached };
      }
    }
  };
}

interface Totals {
  events: number;
  skipped: number;
}
