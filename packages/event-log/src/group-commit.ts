import { setImmediate as turn } from "node:timers/promises";
import { type HeldLock, type Lock } from "@agentlog/durable-fs";
import { isAgentlogError, toIoError } from "@agentlog/types";
import { type Commit } from "./commit.js";
import { type Syncer } from "./durability.js";
import { type PendingAppend } from "./pending.js";
import { type SpoolAdoption } from "./spooling.js";

/** Calls waiting to be appended: those that come while one group is being written form the next [EL-4]. */
export interface GroupCommit {
  add(append: PendingAppend): void;
  /** Appends a call, after all that wait, blocking this thread until it has an outcome. */
  addSync(append: PendingAppend): void;
  /** Resolves when nothing waits. */
  idle(): Promise<void>;
}

/** One write takes no more than this, so that the lock is not held long: about 1 ms. A larger single call goes alone. */
const GROUP_EVENTS = 1_024;
const GROUP_BYTES = 4 * 1024 * 1024;
/** So often is an append tried, however short its wait, when the lock is lost each time. */
const LEAST_TRIES = 3;
/** A loop of appends gets its answers by microtasks alone: for no longer than this may timers and signals wait for it. */
const LONGEST_WITHOUT_TURN_MS = 20;
/** A lock's timers may end a wait a little early, and a wait that is over must not begin again. */
const TIMER_SLACK_MS = 10;

export function createGroupCommit(options: {
  readonly path: string;
  readonly lock: Lock;
  readonly commit: Commit;
  /** What can be read before the lock is taken. */
  readonly readAhead: () => void;
  readonly syncer: Syncer;
  readonly spool: SpoolAdoption;
  /** [EL-8] Milliseconds to wait for the lock. */
  readonly timeoutMs: number;
  /** What becomes of a call whose wait is over: its error, or its place in the spool. */
  readonly onTimeout: (append: PendingAppend, error: Error) => PendingAppend["outcome"];
}): GroupCommit {
  const { path, lock, commit, syncer, spool, timeoutMs } = options;
  let waiting: PendingAppend[] = [];
  let running: Promise<void> | undefined;

  const takeGroup = (): PendingAppend[] => {
    let events = 0;
    let bytes = 0;
    let count = 0;
    for (const append of waiting) {
      events += append.events.length;
      for (const event of append.events) bytes += event.bytes;
      if (count > 0 && (events > GROUP_EVENTS || bytes > GROUP_BYTES)) break;
      count++;
    }
    return waiting.splice(0, count);
  };

  const isExpired = (append: PendingAppend): boolean => append.since <= performance.now() - timeoutMs + TIMER_SLACK_MS;

  /** A lost lock is no answer while there is time left, nor the first time: nothing was written. */
  const mayTryAgain = (append: PendingAppend): boolean => {
    append.lostLocks = (append.lostLocks ?? 0) + 1;
    return append.lostLocks < LEAST_TRIES || !isExpired(append);
  };

  /** Runs under the lock: takes one group and gives each of its calls an outcome. */
  const commitGroup = (held: HeldLock, group: PendingAppend[]): void => {
    try {
      spool.adopt(commit, held);
      group.push(...takeGroup());
      if (group.length > 0) commit(group, held);
    } catch (error) {
      if (group.length === 0) throw error;
      const lost = isAgentlogError(error, "LOCK_LOST");
      for (const append of group) {
        if (!lost || !mayTryAgain(append))
          append.outcome ??= { kind: "failed", error: toIoError(error, path, "appending") };
      }
    }
  };

  /** Outside the lock, so that others append while this waits for the disk; one sync for the whole group [EL-6]. */
  const settle = (group: readonly PendingAppend[]): void => {
    let failure: Error | undefined;
    if (group.some((append) => append.outcome?.kind === "appended")) {
      try {
        syncer.written();
      } catch (error) {
        failure = error as Error;
      }
    }
    for (const append of group) {
      if (append.outcome === undefined) continue;
      const unsure = failure !== undefined && append.outcome.kind === "appended";
      append.settle(unsure ? { kind: "failed", error: failure as Error } : append.outcome);
    }
    waiting = [...group.filter((append) => append.outcome === undefined), ...waiting];
  };

  /** What ended before a group was taken: the lock was not to be had, or what comes before an append failed. */
  const fail = (error: Error, own?: PendingAppend): void => {
    const timedOut = isAgentlogError(error, "LOCK_TIMEOUT");
    const lost = isAgentlogError(error, "LOCK_LOST");
    const keeps = (append: PendingAppend): boolean =>
      lost ? mayTryAgain(append) : timedOut && append !== own && !isExpired(append);
    const kept = waiting.filter(keeps);
    const failed = waiting.filter((append) => !kept.includes(append));
    waiting = kept;
    for (const append of failed) {
      append.settle((timedOut ? options.onTimeout(append, error) : undefined) ?? { kind: "failed", error });
    }
  };

  let turnDueSince: number | undefined;

  /** Whether the event loop has not turned for too long. */
  const isTurnOverdue = (): boolean => {
    if (turnDueSince === undefined) {
      turnDueSince = performance.now();
      setImmediate(() => (turnDueSince = undefined)).unref();
    }
    return performance.now() - turnDueSince > LONGEST_WITHOUT_TURN_MS;
  };

  const drain = async (): Promise<void> => {
    if (isTurnOverdue()) await turn();
    while (waiting.length > 0) {
      const group: PendingAppend[] = [];
      let failure: Error | undefined;
      try {
        syncer.assertSound();
        options.readAhead();
        await lock.run((held) => commitGroup(held, group), { timeoutMs });
      } catch (error) {
        failure = toIoError(error, path, "appending");
      }
      settle(group);
      // A lock that fails to be given back has nothing to say about what was appended under it.
      if (failure !== undefined && group.length === 0) fail(failure);
      // Tried again at once, a lock that is always lost would never let the event loop turn.
      if (waiting.length > 0 && group.every((append) => append.outcome === undefined)) await turn();
    }
    running = undefined;
  };

  const addSync = (append: PendingAppend): void => {
    waiting.push(append);
    while (waiting.includes(append)) {
      const group: PendingAppend[] = [];
      let failure: Error | undefined;
      try {
        syncer.assertSound();
        options.readAhead();
        lock.runSync((held) => commitGroup(held, group), { timeoutMs });
      } catch (error) {
        failure = toIoError(error, path, "appending");
      }
      settle(group);
      if (failure !== undefined && group.length === 0) fail(failure, append);
    }
  };

  return {
    add: (append) => {
      waiting.push(append);
      // Deferred by a microtask: all calls of one turn make one group.
      running ??= Promise.resolve().then(drain);
    },
    addSync,
    idle: async () => {
      await running;
    },
  };
}
