import { dirname } from "node:path";
import { errnoOf, nodeDisk } from "../disk.js";
import { syncNames, type ReplaceFileOptions } from "./replace-file.js";
import { asErrorOf, unlinkQuietly, writeTemporary } from "./temporary.js";

/** A link refused for these reasons cannot work there: exFAT, some FUSE file systems, Android. */
const NO_LINKS: ReadonlySet<string | undefined> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/**
 * Creates a file with its whole content, or leaves the one that is there: of any number of processes one wins and all
 * see its bytes. Returns true for the winner. The bytes are written beside it first and then linked to the name, because
 * a link, unlike a rename, never replaces. Where there are no hard links it renames, and the last of several racing wins.
 *
 * Throws `IO_ERROR` naming `path`.
 */
export function createFile(path: string, bytes: Uint8Array, options: ReplaceFileOptions = {}): boolean {
  const { disk = nodeDisk, durable = true, owner } = options;
  let temporary: string | undefined;
  try {
    temporary = writeTemporary(path, bytes, { disk, durable, owner });
    try {
      disk.linkSync(temporary, path);
    } catch (error) {
      if (errnoOf(error) === "EEXIST") return false;
      if (!NO_LINKS.has(errnoOf(error))) throw error;
      if (disk.lstatSync(path, { throwIfNoEntry: false }) !== undefined) return false;
      disk.renameSync(temporary, path);
      temporary = undefined;
    }
    if (durable) syncNames(dirname(path), disk);
    return true;
  } catch (error) {
    throw asErrorOf(path, error, "creating a file");
  } finally {
    if (temporary !== undefined) unlinkQuietly(temporary, disk);
  }
}
