import { type HeldLock, type Lock } from "@agentlog/durable-fs";
import { isAgentlogError } from "@agentlog/types";
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

export function createGroupCommit(options: {
  readonly lock: Lock;
  readonly commit: Commit;
  readonly syncer: Syncer;
  readonly spool: SpoolAdoption;
  /** [EL-8] Milliseconds to wait for the lock. */
  readonly timeoutMs: number;
  /** What becomes of a call whose wait is over: its error, or its place in the spool. */
  readonly onTimeout: (append: PendingAppend, error: Error) => PendingAppend["outcome"];
}): GroupCommit {
  const { lock, commit, syncer, spool, timeoutMs } = options;
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

  /** Runs under the lock. Gives every call of one group an outcome, or puts it back in front when the lock was lost. */
  const commitGroup = (held: HeldLock): readonly PendingAppend[] => {
    let group: PendingAppend[] = [];
    try {
      spool.adopt(commit, held);
      group = takeGroup();
      if (group.length > 0) commit(group, held);
      return group;
    } catch (error) {
      if (isAgentlogError(error, "LOCK_LOST")) {
        waiting = [...group.filter((append) => append.outcome === undefined), ...waiting];
        return group.filter((append) => append.outcome !== undefined);
      }
      for (const append of group) append.outcome ??= { kind: "failed", error: error as Error };
      return group;
    }
  };

  /** Outside the lock, so that others append while this waits for the disk; one sync for the whole group [EL-6]. */
  const settle = (group: readonly PendingAppend[]): void => {
    if (group.some((append) => append.outcome?.kind === "appended")) {
      try {
        syncer.written();
      } catch (error) {
        for (const append of group) append.outcome = { kind: "failed", error: error as Error };
      }
    }
    for (const append of group) if (append.outcome !== undefined) append.settle(append.outcome);
  };

  /** The lock was not to be had, or the file was not: nothing of these was written. */
  const fail = (error: Error, own?: PendingAppend): void => {
    const timedOut = isAgentlogError(error, "LOCK_TIMEOUT");
    const oldest = performance.now() - timeoutMs;
    const failed = waiting.filter((append) => !timedOut || append === own || append.since <= oldest);
    waiting = waiting.filter((append) => !failed.includes(append));
    for (const append of failed) {
      append.settle((timedOut ? options.onTimeout(append, error) : undefined) ?? { kind: "failed", error });
    }
  };

  const drain = async (): Promise<void> => {
    while (waiting.length > 0) {
      try {
        syncer.assertSound();
        settle(await lock.run(commitGroup, { timeoutMs }));
      } catch (error) {
        fail(error as Error);
      }
    }
    running = undefined;
  };

  return {
    add: (append) => {
      waiting.push(append);
      // Deferred by a microtask: all calls of one turn make one group.
      running ??= Promise.resolve().then(drain);
    },
    addSync: (append) => {
      waiting.push(append);
      try {
        while (waiting.includes(append)) {
          syncer.assertSound();
          settle(lock.runSync(commitGroup, { timeoutMs }));
        }
      } catch (error) {
        fail(error as Error, append);
      }
    },
    idle: async () => {
      await running;
    },
  };
}
