import fs from "node:fs";
import { toIoError } from "@agentlog/types";
import { errnoOf, nodeDisk, type Disk } from "../disk.js";
import { closeQuietly } from "./open-private.js";

/** Windows cannot open a directory (EISDIR, EPERM), some file systems cannot sync one, and ours may be unreadable. */
const CANNOT: ReadonlySet<string | undefined> = new Set([
  "EISDIR",
  "EPERM",
  "EACCES",
  "EINVAL",
  "ENOTSUP",
  "EOPNOTSUPP",
]);

/**
 * Makes the names in a directory durable: a file created or renamed there survives a power loss from here on. Does
 * nothing where the platform cannot do it. Throws `IO_ERROR`, with `ENOENT` when the directory is gone.
 */
export function syncDirectory(path: string, options: { readonly disk?: Disk | undefined } = {}): void {
  const { disk = nodeDisk } = options;
  let fd: number | undefined;
  try {
    fd = disk.openSync(path, fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
    disk.fsyncSync(fd);
  } catch (error) {
    if (!CANNOT.has(errnoOf(error))) throw toIoError(error, path, "syncing a directory");
  } finally {
    if (fd !== undefined) closeQuietly(fd, disk);
  }
}
