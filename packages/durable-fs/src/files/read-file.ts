import fs from "node:fs";
import { agentlogError, isAgentlogError, toIoError } from "@agentlog/types";
import { nodeDisk, type Disk } from "../disk.js";
import { closeQuietly, openPrivateFile } from "./open-private.js";

export interface ReadPrivateOptions {
  /** Default `nodeDisk`. */
  readonly disk?: Disk | undefined;
  /** A larger file is refused before anything of it is read. Bytes; default 64 MiB. */
  readonly maxBytes?: number | undefined;
}

/**
 * The whole content of a file of this user's, or undefined when there is none. A file that grows meanwhile is read up to
 * the size it had. A second hard link is accepted: reading cannot harm what it leads to.
 *
 * Throws `UNSAFE_PATH` for a symbolic link, anything but a regular file, or another user's file; `IO_ERROR`, with
 * `EFBIG` for a file over `maxBytes`.
 */
export function readPrivateFile(path: string, options: ReadPrivateOptions = {}): Buffer | undefined {
  const { disk = nodeDisk, maxBytes = 64 * 1024 * 1024 } = options;
  const fd = openExisting(path, disk);
  if (fd === undefined) return undefined;
  try {
    const { size } = disk.fstatSync(fd);
    if (size > maxBytes) throw tooLarge(path, size, maxBytes);
    return readWhole(fd, size, disk);
  } catch (error) {
    throw toIoError(error, path, "reading a file");
  } finally {
    closeQuietly(fd, disk);
  }
}

function openExisting(path: string, disk: Disk): number | undefined {
  try {
    return openPrivateFile(path, { flags: fs.constants.O_RDONLY, disk, allowHardLinks: true });
  } catch (error) {
    if (isAgentlogError(error, "IO_ERROR") && error.errno === "ENOENT") return undefined;
    throw error;
  }
}

/** A read may return less than was asked for; only 0 is the end. */
function readWhole(fd: number, size: number, disk: Disk): Buffer {
  const bytes = Buffer.alloc(size);
  let filled = 0;
  while (filled < size) {
    const read = disk.readSync(fd, bytes, filled, size - filled, null);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

function tooLarge(path: string, size: number, maxBytes: number): Error {
  return agentlogError(
    "IO_ERROR",
    `reading a file failed: ${path} has ${size} bytes, the limit is ${maxBytes}; move it aside`,
    { path, errno: "EFBIG", syscall: "read" },
  );
}
