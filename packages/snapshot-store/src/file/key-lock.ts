import { createDirectoryLock, type Disk, type HeldLock } from "@agentlog/durable-fs";
import { agentlogError } from "@agentlog/types";

export interface KeyLockOptions {
  readonly disk: Disk;
  readonly timeoutMs: number;
  /** What goes first when the folder of the lock is missing. */
  readonly makeFolder: () => void;
}

/** Throws `LOCK_LOST` when the lock is no longer ours: to be called right before what it protects is changed. */
export type AssertHeld = () => void;

/**
 * Runs something under a lock whose directory is there only while somebody holds it or died holding it: ten thousand
 * documents must not leave ten thousand empty locks. Removing it is safe at any moment, because only an empty one goes,
 * and a missing one is as free as an empty one [DF-1].
 */
export async function underLock<T>(
  path: string,
  { disk, timeoutMs, makeFolder }: KeyLockOptions,
  critical: (assertHeld: AssertHeld) => T | Promise<T>,
): Promise<T> {
  const lock = createDirectoryLock(path, { disk });
  const enter = (held: HeldLock): T | Promise<T> =>
    critical(() => {
      if (held.stillHeld()) return;
      throw agentlogError("LOCK_LOST", `the lock ${path} was taken away; nothing was written, try again`, { path });
    });
  makeFolder();
  try {
    return await lock.run(enter, { timeoutMs });
  } finally {
    quietly(() => disk.rmdirSync(path));
    quietly(() => lock.sweep());
  }
}

/** A lock that is held by the next one, or was removed by him, stays; what else may fail is for the next one to meet. */
function quietly(cleanUp: () => void): void {
  try {
    cleanUp();
  } catch {
    // What was done under the lock is done: an error here would only hide its outcome.
  }
}
