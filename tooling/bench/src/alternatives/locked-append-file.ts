import { appendFile } from "node:fs/promises";
import fs from "node:fs";
import lockfile from "proper-lockfile";
import { type WorkEvent } from "../events.js";
import { type EventStore, parseEvent, storedLines } from "./event-store.js";

/**
 * proper-lockfile around `appendFile`, as its README shows it. Retries of 1 to 20 ms at random, for ever, are the best of eight
 * settings that were tried with 16 processes: its defaults (1 s, doubling) give two events a second there, and a large count
 * instead of `forever` makes it compute all the waits at each lock.
 */
const RETRIES = { forever: true, retries: 3, minTimeout: 1, maxTimeout: 20, factor: 2, randomize: true };

export function lockedAppendFile(file: string): EventStore {
  const append = lockedAppender(file);
  return {
    append: async (events) => {
      for (const event of events) await append(event);
    },
    stored: () => storedLines(file, parseEvent),
    close: () => {},
  };
}

/** One event as a process among others. */
export function lockedAppender(file: string): (event: WorkEvent) => Promise<void> {
  fs.closeSync(fs.openSync(file, "a", 0o600));
  return async (event) => {
    const release = await lockfile.lock(file, { retries: RETRIES });
    await appendFile(file, `${JSON.stringify(event)}\n`);
    await release();
  };
}

/** The lock alone, in its synchronous form, which is its cheapest. */
export function properLockOnce(file: string): void {
  lockfile.lockSync(file, { realpath: false })();
}
