import { randomBytes } from "node:crypto";
import { type Disk, errnoOf } from "@agentlog/durable-fs";
import { toIoError } from "@agentlog/types";
import { type Problem } from "./problem.js";

/**
 * [PR-1] Moves what cannot be read out of the way, to a name beside it that says when, and reports it. Nothing is deleted:
 * whoever wants to know what happened finds it there. What is gone already is left to whoever moved it.
 */
export function setAside(
  disk: Disk,
  path: string,
  reason: string,
  onProblem: ((problem: Problem) => void) | undefined,
  companions: readonly string[] = [],
): void {
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const suffix = `.set-aside-${stamp}-${randomBytes(3).toString("hex")}`;
  try {
    // What belongs to it first: left behind, it would be taken for the new file's.
    for (const companion of companions) rename(disk, companion, `${companion}${suffix}`);
    if (!rename(disk, path, `${path}${suffix}`)) return;
  } catch (error) {
    throw toIoError(error, path, "setting a read model aside");
  }
  const movedTo = `${path}${suffix}`;
  const message = `the read model ${path} ${reason}; it was moved to ${movedTo}, and a new one is made from the log`;
  onProblem?.({ kind: "set-aside", message, path, movedTo });
}

/** Which file or folder is at a path; undefined when there is none. */
export function fileAt(disk: Disk, path: string): string | undefined {
  const stats = disk.lstatSync(path, { throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.dev} ${stats.ino}`;
}

function rename(disk: Disk, from: string, to: string): boolean {
  try {
    disk.renameSync(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}
