import { join } from "node:path";
import { toIoError } from "@agentlog/types";
import { errnoOf, nodeDisk, type Disk } from "../disk.js";
import { currentProcess, livenessOf } from "../process-identity.js";
import { temporaryOwner, type TemporaryOwner } from "./temporary.js";

export interface SweepOptions {
  /** Default `nodeDisk`. */
  readonly disk?: Disk | undefined;
  /** True only when that writer is provably gone. Default: no process here has its pid and its start time. */
  readonly isDead?: ((owner: TemporaryOwner) => boolean) | undefined;
  /**
   * Younger files stay, in milliseconds. Default 60,000: a writer in a container that shares the folder has a pid that
   * means nothing here and looks dead, but no write takes a minute.
   */
  readonly minAgeMs?: number | undefined;
}

/**
 * [DF-5] Removes the temporary files that writers killed in the middle of `replaceFile` left in a directory, and returns
 * their number. Files of living writers, and files of any other name, stay. A missing directory has none.
 *
 * Throws `IO_ERROR` when the directory cannot be read; a file that cannot be removed stays for the next sweep.
 */
export function sweepTemporaryFiles(directory: string, options: SweepOptions = {}): number {
  const { disk = nodeDisk, isDead = isGone, minAgeMs = 60_000 } = options;
  let removed = 0;
  for (const name of namesIn(directory, disk)) {
    const owner = temporaryOwner(name);
    if (owner !== undefined && isDead(owner) && removeOld(join(directory, name), minAgeMs, disk)) removed++;
  }
  return removed;
}

function namesIn(directory: string, disk: Disk): readonly string[] {
  try {
    return disk.readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw toIoError(error, directory, "reading a directory");
  }
}

/** The name does not tell boot and pid namespace: taken for ours, which is what `minAgeMs` makes harmless. */
function isGone(owner: TemporaryOwner): boolean {
  return livenessOf({ ...currentProcess(), ...owner }) === "dead";
}

function removeOld(path: string, minAgeMs: number, disk: Disk): boolean {
  try {
    // A file from the future is new: the clock went back, or ticks in whole milliseconds where the file's does not.
    if (Math.max(0, Date.now() - disk.lstatSync(path).mtimeMs) < minAgeMs) return false;
    disk.unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}
