import { type HeldLock, type Lock } from "@agentlog/durable-fs";
import { agentlogError } from "@agentlog/types";

/** What the lock does next. */
export interface LyingLock {
  /** The lock as one writer has it. */
  readonly lock: Lock;
  /** So many of the next questions "do I still hold it?" are answered with no. */
  lose: number;
  /** How often it was taken. More than `MOST_TAKEN` times is a livelock: it throws then. */
  taken: number;
  /** The next try to take it times out, as if somebody else held it. */
  busy: boolean;
}

const MOST_TAKEN = 1_000;

/**
 * A lock that keeps nobody out: it always lets its caller in, however many are in already. A writer that is stopped inside
 * it and overtaken by others is a zombie, and hears that it still holds it unless `lose` says otherwise.
 */
export function createLyingLock(): LyingLock {
  const state: LyingLock = {
    lose: 0,
    busy: false,
    taken: 0,
    lock: {
      run: async (critical) => enter(critical),
      runSync: (critical) => enter(critical),
      sweep: () => {},
      close: () => {},
    },
  };
  const held: HeldLock = {
    stillHeld: () => {
      if (state.lose === 0) return true;
      state.lose--;
      return false;
    },
  };
  const enter = <T>(critical: (held: HeldLock) => T): T => {
    if (state.busy) {
      throw agentlogError("LOCK_TIMEOUT", "simulated: the lock is busy", {
        path: "/lock",
        holder: "nobody",
        waitedMs: 0,
      });
    }
    if (++state.taken > MOST_TAKEN) throw new Error(`the lock was taken ${MOST_TAKEN} times without an end`);
    return critical(held);
  };
  return state;
}
