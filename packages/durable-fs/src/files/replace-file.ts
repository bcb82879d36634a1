import { dirname } from "node:path";
import { isAgentlogError } from "@agentlog/types";
import { nodeDisk, type Disk } from "../disk.js";
import { syncDirectory } from "./sync-directory.js";
import { asErrorOf, unlinkQuietly, writeTemporary, type TemporaryOwner } from "./temporary.js";

export interface ReplaceFileOptions {
  /** Default `nodeDisk`. */
  readonly disk?: Disk | undefined;
  /** Sync the file before the rename and its directory after it. Default true; false survives the process, not the power. */
  readonly durable?: boolean | undefined;
  /** Called when the new file is whole, right before it takes the old one's place; what it throws keeps the old one. */
  readonly beforeRename?: (() => void) | undefined;
  /** The writer, for the sweep of its leftovers. Default: this process. */
  readonly owner?: TemporaryOwner | undefined;
}

/**
 * [DF-5] Puts bytes, or pieces that together are too large to hold, in the place of a file, new or not, with mode 0600:
 * whoever opens it, at any moment and after any crash, finds the previous content or these bytes, whole. A symbolic link
 * at `path` is replaced, its target untouched.
 *
 * Throws `IO_ERROR` naming `path`; the previous file is then as it was, and no temporary file is left. Only when the last
 * step fails, the sync of the directory, are the new bytes in place without being sure to survive a power loss.
 */
export function replaceFile(
  path: string,
  content: Uint8Array | Iterable<Uint8Array>,
  options: ReplaceFileOptions = {},
): void {
  const { disk = nodeDisk, durable = true, beforeRename, owner } = options;
  let temporary: string | undefined;
  try {
    temporary = writeTemporary(path, content, { disk, durable, owner });
    beforeRename?.();
    disk.renameSync(temporary, path);
    temporary = undefined;
    if (durable) syncNames(dirname(path), disk);
  } catch (error) {
    if (temporary !== undefined) unlinkQuietly(temporary, disk);
    throw asErrorOf(path, error, "replacing a file");
  }
}

/** A directory that is gone by now took the renamed file with it: somebody removed both, and nothing is left to sync. */
export function syncNames(directory: string, disk: Disk): void {
  try {
    syncDirectory(directory, { disk });
  } catch (error) {
    if (!isAgentlogError(error, "IO_ERROR") || error.errno !== "ENOENT") throw error;
  }
}
