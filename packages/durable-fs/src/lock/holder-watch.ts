import { type Disk } from "../disk.js";
import { describeOwner, type Liveness, livenessOf } from "../process-identity.js";
import { type Holder } from "./cas-directory.js";
import { parseOwnerEntry } from "./owner-entry.js";

/** What a waiter makes of the holder it waits for. */
export interface HolderWatch {
  /** True when the hold may be broken: its owner is dead, or nobody can tell and it was not refreshed for `staleMs`. */
  mayEvict(holder: Holder): boolean;
  /** The holder last looked at, in words for an error message; undefined before the first look. */
  describe(): string | undefined;
}

/** One poll adds at most this much to the age, so that a waiter that slept itself does not steal a live lock on waking. */
const LONGEST_STEP_MS = 250;

/**
 * [DF-2] A provably dead owner is replaced at once, a living one never. Only where liveness cannot be known does age
 * decide: the time, counted by this waiter while awake, in which the same entry was not refreshed. No wall clock is read.
 *
 * @param now monotonic milliseconds
 */
export function createHolderWatch(options: {
  readonly staleMs: number;
  readonly disk: Disk;
  readonly now: () => number;
}): HolderWatch {
  let seen: Holder | undefined;
  let liveness: Liveness = "unknown";
  let ageMs = 0;
  let lastLook = 0;

  const look = (holder: Holder): void => {
    const now = options.now();
    const isFirst = seen === undefined;
    const isNew = seen?.name !== holder.name;
    if (isNew || seen?.mtimeMs !== holder.mtimeMs) {
      seen = holder;
      ageMs = 0;
    } else {
      ageMs += Math.min(now - lastLook, LONGEST_STEP_MS);
    }
    lastLook = now;
    // A hold that began since the last look is somebody's who was alive then: asking costs most of what a look does.
    if (isNew && !isFirst) {
      liveness = "alive";
      return;
    }
    const owner = parseOwnerEntry(holder.name);
    liveness = owner === undefined ? "unknown" : livenessOf(owner, options.disk);
  };

  return {
    mayEvict: (holder) => {
      look(holder);
      return liveness === "dead" || (liveness === "unknown" && ageMs >= options.staleMs);
    },
    describe: () => {
      if (seen === undefined) return undefined;
      const owner = parseOwnerEntry(seen.name);
      if (owner === undefined) return `an unknown entry ${JSON.stringify(seen.name)} of another machine or container`;
      if (liveness === "unknown") return `process ${owner.pid} of another machine or container`;
      return `${describeOwner(owner, options.disk)} (${liveness})`;
    },
  };
}
