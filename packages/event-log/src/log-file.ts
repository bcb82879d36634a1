import fs from "node:fs";
import path from "node:path";
import { type Disk, makePrivateDirectory, openPrivateFile, syncDirectory } from "@agentlog/durable-fs";
import { agentlogError, type AgentlogError, isAgentlogError, toIoError } from "@agentlog/types";

/** An open log file: one descriptor, and whether it still is the file at its path. */
export interface LogFile {
  readonly fd: number;
  /** The size in bytes; undefined when the file is no longer the one at its path. */
  size(): number | undefined;
  /** The size in bytes of the file that is open, wherever it is by now. */
  bytes(): number;
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
  const opened = wrap(disk, file, openPrivateFile(file, { flags: O_RDWR | O_CREAT | O_APPEND, disk }));
  if (sync) {
    // Also for a file that was there: whoever made it may have died before it synced the folder.
    try {
      disk.fsyncSync(opened.fd);
      syncNamesOf(disk, file);
    } catch (error) {
      opened.close();
      throw toIoError(error, file, "syncing a new log");
    }
  }
  return opened;
}

/** Syncs the names that lead to a file, as far up as the folders are this user's: no other process of ours made more. */
function syncNamesOf(disk: Disk, file: string): void {
  const user = process.geteuid?.();
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    try {
      syncDirectory(folder, { disk });
    } catch (error) {
      // A parent that may only be passed through was not made by us.
      if (folder === path.dirname(file) || !isAgentlogError(error, "IO_ERROR") || error.errno !== "EACCES") throw error;
      return;
    }
    if (folder === path.dirname(folder) || disk.statSync(folder).uid !== user) return;
  }
}

/** Makes the log's folder privately when it is missing. One that is there may hold other things: it is left as it is. */
export function ensureFolder(disk: Disk, folder: string): void {
  try {
    if (disk.statSync(folder, { throwIfNoEntry: false }) === undefined) makePrivateDirectory(folder, { disk });
  } catch (error) {
    throw toIoError(error, folder, "looking for a log's folder");
  }
}

/** The second name of a log while a repair puts another file in its place. */
export function oldName(file: string): string {
  return `${file}.before-repair`;
}

function hasOldName(disk: Disk, file: string): boolean {
  return disk.lstatSync(oldName(file), { throwIfNoEntry: false }) !== undefined;
}

/** Opens the log for reading; undefined when there is none. */
export function openForRead(disk: Disk, file: string): LogFile | undefined {
  try {
    if (disk.lstatSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
    // A repair under way, or killed, leaves a second name.
    const allowHardLinks = hasOldName(disk, file);
    return wrap(disk, file, openPrivateFile(file, { flags: O_RDONLY, disk, allowHardLinks }));
  } catch (error) {
    throw toIoError(error, file, "opening a log");
  }
}

function wrap(disk: Disk, file: string, fd: number): LogFile {
  const { dev, ino } = disk.fstatSync(fd);
  return {
    fd,
    size: () => {
      // By its path: what is written to a file that was moved, deleted or replaced by a repair is nowhere.
      const stat = disk.lstatSync(file, { throwIfNoEntry: false });
      return stat?.ino === ino && stat.dev === dev ? stat.size : undefined;
    },
    bytes: () => disk.fstatSync(fd).size,
    close: () => {
      try {
        disk.closeSync(fd);
      } catch {
        // What was promised was written, and synced, before: a failing close takes nothing back.
      }
    },
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
