import fs from "node:fs";
import path from "node:path";
import { type Disk, errnoOf, replaceFile } from "@agentlog/durable-fs";
import { agentlogError, toIoError } from "@agentlog/types";
import { type InstallTarget } from "../target.js";

/** A file of an agent's as it was when it was read. */
export interface FoundFile {
  /** As the agent names it. */
  readonly file: string;
  /** Where the bytes are: the end of a symbolic link, else the file itself. */
  readonly real: string;
  /** Undefined when there is no such file. */
  readonly bytes: Buffer | undefined;
  /** Its permissions. */
  readonly mode: number;
}

/** Larger files are none that people set things in; nothing of one is read. */
const MOST_BYTES = 8 * 1024 * 1024;

/**
 * Reads an agent's file and changes nothing, not even its mode. A symbolic link is followed when it ends at a file of the
 * user's own within the target's boundaries, as dotfiles do it.
 *
 * Throws `UNSAFE_PATH` for a link that leads elsewhere or nowhere, a folder outside the project, another user's file, a
 * second hard link or no regular file; `INVALID_SETTINGS` for one that is too large; `IO_ERROR`.
 */
export function findFile(target: InstallTarget, disk: Disk): FoundFile {
  const { file } = target;
  try {
    const real = realPath(target, disk);
    const fd = openForReading(real, disk);
    if (fd === undefined) return { file, real, bytes: undefined, mode: 0o600 };
    try {
      const stats = disk.fstatSync(fd);
      if (!stats.isFile()) throw unsafe(file, "is not a regular file", "move it out of the way");
      if (process.geteuid !== undefined && stats.uid !== process.geteuid()) {
        throw unsafe(file, `belongs to user ${stats.uid}, not to you`, "run as its owner");
      }
      if (stats.nlink > 1)
        throw unsafe(file, `has ${stats.nlink} hard links`, "copy it, and put the copy in its place");
      if (stats.size > MOST_BYTES) throw tooLarge(file, stats.size);
      return { file, real, bytes: readAll(fd, stats.size, disk), mode: stats.mode & 0o777 };
    } finally {
      disk.closeSync(fd);
    }
  } catch (error) {
    throw toIoError(error, file, "reading a settings file");
  }
}

/**
 * Puts new bytes in the place of a file that was read, atomically, at the end of its link, with its mode. False, and
 * nothing changed, when the file is not what was read any more.
 */
export function replaceFound(found: FoundFile, target: InstallTarget, bytes: Uint8Array, disk: Disk): boolean {
  const changed = new Error("changed");
  try {
    replaceFile(found.real, bytes, {
      disk,
      beforeRename: () => {
        if (!isUnchanged(found, target, disk)) throw changed;
      },
    });
    keepMode(found, disk);
    return true;
  } catch (error) {
    if (error === changed) return false;
    // The last step, the sync of the folder, may have failed with the new file in place.
    keepMode(found, disk);
    throw toIoError(error, found.file, "writing a settings file");
  }
}

/** Removes a file that was read. False, and nothing changed, when it is not what was read any more. */
export function removeFound(found: FoundFile, target: InstallTarget, disk: Disk): boolean {
  if (!isUnchanged(found, target, disk)) return false;
  try {
    disk.unlinkSync(found.real);
    return true;
  } catch (error) {
    throw toIoError(error, found.file, "removing a file");
  }
}

/** The new file comes with 0600, so it is never wider in between. Where the mode cannot be set, its owner can still read it. */
function keepMode({ real, mode }: FoundFile, disk: Disk): void {
  if (mode === 0o600 || process.geteuid === undefined) return;
  try {
    disk.chmodSync(real, mode);
  } catch {
    // The hooks are in place all the same.
  }
}

/** Whether a file is still what was read. */
export function isUnchanged(found: FoundFile, target: InstallTarget, disk: Disk): boolean {
  const now = findFile(target, disk);
  if (now.real !== found.real || now.bytes === undefined || found.bytes === undefined) return now.bytes === found.bytes;
  return now.bytes.equals(found.bytes);
}

function realPath({ file, scope, boundaries }: InstallTarget, disk: Disk): string {
  const inside = (place: string): boolean => boundaries.some((boundary) => isWithin(place, realOf(boundary, disk)));
  // A cloned repository may have any link in it; the user's own folders are the user's to link.
  if (scope === "project" && !inside(realOfExisting(path.dirname(file), disk))) {
    throw unsafe(path.dirname(file), "leads out of the project", "remove the link, or install with --scope user");
  }
  if (disk.lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() !== true) return file;
  const real = realOf(file, disk);
  if (real === file) throw unsafe(file, "is a symbolic link that leads nowhere", "remove the link");
  if (inside(real)) return real;
  throw unsafe(
    file,
    `is a symbolic link out of your folders, to ${real}`,
    "remove the link, or change that file by hand",
  );
}

/** The path without links; the path as given where there is nothing. */
function realOf(place: string, disk: Disk): string {
  try {
    return disk.realpathSync(place);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return place;
    throw error;
  }
}

function realOfExisting(folder: string, disk: Disk): string {
  if (disk.lstatSync(folder, { throwIfNoEntry: false }) !== undefined || path.dirname(folder) === folder) {
    return realOf(folder, disk);
  }
  return path.join(realOfExisting(path.dirname(folder), disk), path.basename(folder));
}

function isWithin(place: string, folder: string): boolean {
  const way = path.relative(folder, place);
  return way === "" || (!way.startsWith(`..${path.sep}`) && way !== ".." && !path.isAbsolute(way));
}

function openForReading(file: string, disk: Disk): number | undefined {
  try {
    return disk.openSync(file, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

function readAll(fd: number, size: number, disk: Disk): Buffer {
  const bytes = Buffer.alloc(size);
  let filled = 0;
  while (filled < size) {
    const read = disk.readSync(fd, bytes, filled, size - filled, null);
    if (read === 0) break;
    filled += read;
  }
  return bytes.subarray(0, filled);
}

function unsafe(file: string, reason: string, advice: string): Error {
  return agentlogError("UNSAFE_PATH", `${file} ${reason}; ${advice}`, { path: file, reason });
}

function tooLarge(file: string, size: number): Error {
  const reason = `has ${size} bytes, over the limit of ${MOST_BYTES}`;
  return agentlogError("INVALID_SETTINGS", `${file} ${reason}; nothing was changed, look at what is in it`, {
    path: file,
    reason,
  });
}
