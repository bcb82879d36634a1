import { isAbsolute } from "node:path";
import { type Disk } from "@agentlog/durable-fs";
import { type MappedHook } from "./mapped.js";

/**
 * Whether there is a session behind these calls: one of them proves it, its log is there already, or the transcript they name
 * exists. Claude Code's first hooks may carry an id that no session ever gets; nothing else would tell.
 */
export function isConfirmed(
  calls: readonly { readonly mapped: Pick<MappedHook, "confirms" | "transcript"> }[],
  logFile: string,
  disk: Disk,
): boolean {
  if (calls.some(({ mapped }) => mapped.confirms)) return true;
  const transcripts = new Set(calls.map(({ mapped }) => mapped.transcript));
  return [logFile, ...transcripts].some((path) => path !== undefined && isFile(path, disk));
}

function isFile(path: string, disk: Disk): boolean {
  try {
    return isAbsolute(path) && disk.statSync(path).isFile();
  } catch {
    return false;
  }
}
