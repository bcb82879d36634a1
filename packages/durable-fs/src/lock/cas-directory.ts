import { randomBytes } from "node:crypto";
import path from "node:path";
import { agentlogError, toIoError } from "@agentlog/types";
import { type Disk, errnoOf } from "../disk.js";
import { currentThread, livenessOf } from "../process-identity.js";
import { formatOwnerEntry, parseOwnerEntry } from "./owner-entry.js";

/** The one entry in a held lock directory. */
export interface Holder {
  readonly name: string;
  /** When the holder last refreshed its entry, by the disk's clock. Only ever compared with itself. */
  readonly mtimeMs: number;
}

/**
 * [DF-1] A lock made of a directory whose every step is a compare-and-swap: free is a missing or empty directory, held is
 * one that contains a uniquely named entry. `rename` of a prepared directory takes it only when it is free; `unlink` of an
 * entry gives it back or breaks it only when it is still that very hold. No step can remove a hold it did not look at.
 */
export interface CasDirectory {
  /** Takes the lock if it is free. The prepared directory is kept over failed tries. */
  tryTake(): boolean;
  /**
   * Whether it looks free: for whoever polls, because a rename that fails keeps the others of this folder waiting, its holder
   * among them. True also where only a try can tell what is wrong.
   */
  looksFree(): boolean;
  /** Gives it back; false when it was no longer ours. Never throws: what cannot be removed now goes with the next try. */
  release(): boolean;
  /**
   * The same, and the directory is kept, prepared for the next hold: two renames in place of a directory and a file made and
   * removed each time, an eighth of their cost.
   */
  handBack(): boolean;
  /** Whether our entry is still there. */
  isOurs(): boolean;
  /** Refreshes our entry; throws `ENOENT` when it is gone. */
  touch(): void;
  /** Who holds it now; undefined when nobody does. */
  holder(): Holder | undefined;
  /** Breaks that very hold, and no other. */
  evict(holder: Holder): void;
  /** Removes the prepared directory, if one is waiting. */
  discard(): void;
  /** Removes the prepared directories of dead processes. */
  sweep(): void;
}

// Made at the first lock: a program that only reads does not load `crypto`.
let noncePrefix: string | undefined;
let nonceCounter = 0;

/** Holds of this process that are over and whose file could not be removed then, by lock. Whoever tries next removes it. */
const stuckHolds = new Map<string, string>();

export function createCasDirectory(lockPath: string, disk: Disk): CasDirectory {
  let prepared: string | undefined;
  let ours: string | undefined;

  const privatePath = (entry: string): string => `${lockPath}.${entry}`;

  const makeEntry = (directory: string, entry: string): void => {
    const make = (): void => disk.closeSync(disk.openSync(path.join(directory, entry), "wx", 0o600));
    try {
      make();
    } catch (error) {
      if (errnoOf(error) !== "EACCES") throw error;
      // A umask such as 0777 has taken our own rights from the directory. Only then is it worth a call.
      disk.chmodSync(directory, 0o700);
      make();
    }
  };

  const prepare = (): string => {
    if (prepared !== undefined) return prepared;
    const entry = freshEntry(disk);
    const directory = privatePath(entry);
    disk.mkdirSync(directory, 0o700);
    try {
      makeEntry(directory, entry);
    } catch (error) {
      removePrivate(entry);
      throw error;
    }
    prepared = entry;
    return entry;
  };

  const tryTake = (): boolean => {
    for (let again = 0; ; again++) {
      try {
        removeStuck();
        const entry = prepare();
        disk.renameSync(privatePath(entry), lockPath);
        prepared = undefined;
        ours = entry;
        stuckHolds.delete(lockPath);
        return true;
      } catch (error) {
        const errno = errnoOf(error);
        if (errno === "ENOTEMPTY" || errno === "EEXIST") return false;
        if (errno === "ENOENT" && prepared !== undefined && again === 0) {
          // Somebody removed the prepared directory (`rm -rf`): prepare another, once.
          prepared = undefined;
          continue;
        }
        throw unusable(error, lockPath);
      }
    }
  };

  const looksFree = (): boolean => {
    if (stuckHolds.has(lockPath)) return true;
    try {
      return disk.readdirSync(lockPath).length === 0;
    } catch {
      return true;
    }
  };

  const removeStuck = (): void => {
    const entry = stuckHolds.get(lockPath);
    if (entry !== undefined && removeIfThere(path.join(lockPath, entry))) stuckHolds.delete(lockPath);
  };

  const release = (): boolean => {
    const entry = ours;
    ours = undefined;
    if (entry === undefined) return false;
    try {
      if (removeIfThere(path.join(lockPath, entry))) return true;
    } catch {
      // What was done under the lock is done: an error here would only hide its outcome.
      stuckHolds.set(lockPath, entry);
      return true;
    }
    // Its folder may have been moved away with it, and come back.
    stuckHolds.set(lockPath, entry);
    return false;
  };

  /**
   * The first rename gives the hold a name that nobody has seen, and fails where the hold is gone. The second takes the
   * directory away with that name in it. Only a process that is stopped between the two, and judged by its age meanwhile
   * because nobody can know its liveness, can find somebody else's hold in what it took; it puts that back.
   */
  const handBack = (): boolean => {
    const entry = ours;
    if (entry === undefined) return false;
    let next: string;
    try {
      next = freshEntry(disk);
      disk.renameSync(path.join(lockPath, entry), path.join(lockPath, next));
      ours = next;
      disk.renameSync(lockPath, privatePath(next));
    } catch {
      return release();
    }
    const directory = privatePath(next);
    if (isThere(path.join(directory, next))) {
      ours = undefined;
      prepared = next;
      return true;
    }
    try {
      disk.renameSync(directory, lockPath);
    } catch {
      // Taken meanwhile, by a third: the one whose hold this is asks before each write and hears that it is gone.
      removePrivate(next);
    }
    return release();
  };

  const isThere = (file: string): boolean => {
    try {
      return disk.statSync(file, { throwIfNoEntry: false }) !== undefined;
    } catch {
      return false;
    }
  };

  /** A disk that does not answer cannot confirm it. */
  const isOurs = (): boolean => ours !== undefined && isThere(path.join(lockPath, ours));

  const removeIfThere = (file: string): boolean => {
    try {
      disk.unlinkSync(file);
      return true;
    } catch (error) {
      if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return false;
      throw unusable(error, lockPath);
    }
  };

  const holder = (): Holder | undefined => {
    try {
      const name = disk.readdirSync(lockPath)[0];
      if (name === undefined) return undefined;
      return { name, mtimeMs: disk.lstatSync(path.join(lockPath, name)).mtimeMs };
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined;
      throw unusable(error, lockPath);
    }
  };

  const discard = (): void => {
    if (prepared !== undefined) removePrivate(prepared);
    prepared = undefined;
  };

  const removePrivate = (entry: string): void => {
    try {
      removeIfThere(path.join(privatePath(entry), entry));
      disk.rmdirSync(privatePath(entry));
    } catch {
      // Another sweeper was faster, or it holds something that is not ours to remove.
    }
  };

  const sweep = (): void => {
    const prefix = `${path.basename(lockPath)}.`;
    for (const name of disk.readdirSync(path.dirname(lockPath))) {
      if (!name.startsWith(prefix)) continue;
      const entry = name.slice(prefix.length);
      const owner = parseOwnerEntry(entry);
      if (owner !== undefined && livenessOf(owner, disk) === "dead") removePrivate(entry);
    }
  };

  return {
    tryTake,
    looksFree,
    release,
    handBack,
    isOurs,
    touch: () => {
      const now = new Date();
      disk.utimesSync(path.join(lockPath, ours ?? ""), now, now);
    },
    holder,
    evict: (found) => {
      removeIfThere(path.join(lockPath, found.name));
    },
    discard,
    sweep,
  };
}

/** A name that no hold had before. */
function freshEntry(disk: Disk): string {
  noncePrefix ??= randomBytes(6).toString("hex");
  return formatOwnerEntry({ ...currentThread(disk), nonce: `${noncePrefix}${(nonceCounter++).toString(36)}` });
}

function unusable(error: unknown, lockPath: string): Error {
  const errno = errnoOf(error);
  if (errno === "ENOTDIR" || errno === "ELOOP" || errno === "EISDIR") {
    return agentlogError(
      "UNSAFE_PATH",
      `the lock ${lockPath} is no lock directory; look at what it is, then move it away`,
      { path: lockPath, reason: "not a lock directory" },
      { cause: error },
    );
  }
  return toIoError(error, lockPath, "locking");
}
