import fs from "node:fs";
import path from "node:path";
import { type Disk, makePrivateDirectory, openPrivateFile, syncDirectory } from "@agentlog/durable-fs";
import { agentlogError, type AgentlogError, toIoError } from "@agentlog/types";

/** An open log file: one descriptor, and whether it still is the file at its path. */
export interface LogFile {
  readonly fd: number;
  /** The size in bytes, asked from the descriptor; undefined when the file is no longer the one at its path. */
  size(): number | undefined;
  close(): void;
}

const { O_APPEND, O_CREAT, O_RDONLY, O_RDWR } = fs.constants;

/**
 * Opens the log for appending, creating it and its folder privately when missing.
 *
 * @param sync whether its existence must survive a power loss
 */
export function openForAppend(disk: Disk, file: string, sync: boolean): LogFile {
  const existed = disk.lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  if (!existed) ensureFolder(disk, path.dirname(file));
  // Never O_TRUNC; every write lands at the end, in one piece, whatever other processes do [EL-1].
  const opened = wrap(disk, openPrivateFile(file, { flags: O_RDWR | O_CREAT | O_APPEND, disk }));
  if (sync) {
    // Also for a file that was there: whoever made it may have died before it synced the folder.
    try {
      disk.fsyncSync(opened.fd);
      syncDirectory(path.dirname(file), { disk });
    } catch (error) {
      opened.close();
      throw toIoError(error, file, "syncing a new log");
    }
  }
  return opened;
}

/** Makes the log's folder privately when it is missing. One that is there may hold other things: it is left as it is. */
export function ensureFolder(disk: Disk, folder: string): void {
  try {
    if (disk.statSync(folder, { throwIfNoEntry: false }) === undefined) makePrivateDirectory(folder, { disk });
  } catch (error) {
    throw toIoError(error, folder, "looking for a log's folder");
  }
}

/** Opens the log for reading; undefined when there is none. */
export function openForRead(disk: Disk, file: string): LogFile | undefined {
  if (disk.lstatSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
  return wrap(disk, openPrivateFile(file, { flags: O_RDONLY, disk }));
}

function wrap(disk: Disk, fd: number): LogFile {
  return {
    fd,
    size: () => {
      const stat = disk.fstatSync(fd);
      // A repair or a deletion unlinks the file that is open here: what is written to it now is nowhere.
      return stat.nlink === 0 ? undefined : stat.size;
    },
    close: () => disk.closeSync(fd),
  };
}

/** The log is not what it was. */
export function logReplaced(file: string, what: string): AgentlogError<"LOG_REPLACED"> {
  return agentlogError(
    "LOG_REPLACED",
    `the log ${file} ${what} while it was open; nothing was written to it: open it again after looking at what happened`,
    { path: file },
  );
}
