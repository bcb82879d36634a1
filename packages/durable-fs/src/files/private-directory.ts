import fs, { type Stats } from "node:fs";
import { dirname, resolve } from "node:path";
import { toIoError } from "@agentlog/types";
import { errnoOf, nodeDisk, type Disk } from "../disk.js";
import { closeQuietly, modesAreFixed } from "./open-private.js";
import { syncDirectory } from "./sync-directory.js";
import { foreignOwner, OWNER_ADVICE, unsafePath } from "./unsafe-path.js";

const OPEN_DIRECTORY =
  fs.constants.O_RDONLY | fs.constants.O_DIRECTORY | fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK;

const CANNOT_OPEN: ReadonlySet<string | undefined> = new Set(["EACCES", "EPERM", "EISDIR"]);

/** A file, or a symbolic link: Linux says ENOTDIR of it, macOS ELOOP, FreeBSD EMLINK. */
const NO_DIRECTORY: ReadonlySet<string | undefined> = new Set(["ENOTDIR", "ELOOP", "EMLINK"]);

/** How often a directory that others remove as fast as we make it is made again. */
const ATTEMPTS = 8;

export interface PrivateDirectoryOptions {
  /** Default `nodeDisk`. */
  readonly disk?: Disk | undefined;
  /** Refuse a directory that group or others can write to, instead of tightening it. Default false. */
  readonly refuseShared?: boolean | undefined;
  /** Sync the folders in which directories appear. Default true. */
  readonly durable?: boolean | undefined;
}

interface Check {
  readonly created: boolean;
  readonly refuseShared: boolean;
  readonly durable: boolean;
}

/**
 * Makes a directory and its missing parents, each 0700 whatever the umask, and syncs the folders they appear in. An
 * existing directory of ours is tightened to 0700. Returns true when the directory itself was made.
 *
 * Throws `UNSAFE_PATH` when the last component is a symbolic link, no directory, another user's, or (`refuseShared`)
 * writable by others; `IO_ERROR` for what the system refuses. Links further up are followed, as in /home -> /usr/home.
 */
export function makePrivateDirectory(path: string, options: PrivateDirectoryOptions = {}): boolean {
  const { disk = nodeDisk, refuseShared = false, durable = true } = options;
  const target = resolve(path);
  for (let attempt = 1; ; attempt++) {
    try {
      return makeOnce(target, { created: false, refuseShared, durable }, disk);
    } catch (error) {
      if (errnoOf(error) !== "ENOENT" || attempt === ATTEMPTS) throw toIoError(error, target, "making a directory");
    }
  }
}

function makeOnce(target: string, check: Check, disk: Disk): boolean {
  try {
    settle(target, check, disk);
    return false;
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
  if (makeMissing(target, check, disk)) return true;
  settle(target, check, disk);
  return false;
}

/** False when somebody else made it in the meantime. */
function makeMissing(path: string, check: Check, disk: Disk): boolean {
  try {
    disk.mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "EEXIST") return false;
    if (errno !== "ENOENT" || dirname(path) === path) throw error;
    // A parent that exists although the system says it does not is a dangling link: the caller's attempts end it.
    if (!makeMissing(dirname(path), check, disk)) throw error;
    return makeMissing(path, check, disk);
  }
  settle(path, { ...check, created: true, refuseShared: false }, disk);
  if (check.durable) syncDirectory(dirname(path), { disk });
  return true;
}

/** Checks on the opened directory, not on its path, so that nobody can exchange it in between. */
function settle(path: string, check: Check, disk: Disk): void {
  const fd = openDirectory(path, disk);
  try {
    const stats = fd === undefined ? disk.lstatSync(path) : disk.fstatSync(fd);
    refuse(path, stats, check);
    if (needsMode(stats.mode, check)) tighten(fd ?? path, disk);
  } finally {
    if (fd !== undefined) closeQuietly(fd, disk);
  }
}

function tighten(directory: number | string, disk: Disk): void {
  try {
    if (typeof directory === "number") disk.fchmodSync(directory, 0o700);
    else disk.chmodSync(directory, 0o700);
  } catch (error) {
    if (!modesAreFixed(error)) throw error;
  }
}

/** Undefined where a directory cannot be opened: on Windows, or when the umask left us no right to read it. */
function openDirectory(path: string, disk: Disk): number | undefined {
  try {
    return disk.openSync(path, OPEN_DIRECTORY);
  } catch (error) {
    const errno = errnoOf(error);
    if (CANNOT_OPEN.has(errno)) return undefined;
    throw NO_DIRECTORY.has(errno) ? notADirectory(path, error) : error;
  }
}

const notADirectory = (path: string, cause?: unknown): Error =>
  unsafePath(
    path,
    "is a symbolic link or no directory",
    "move it out of the way, or name the directory it leads to",
    cause,
  );

function refuse(path: string, stats: Stats, { refuseShared }: Check): void {
  if (!stats.isDirectory()) throw notADirectory(path);
  const foreign = foreignOwner(stats.uid);
  if (foreign !== undefined) throw unsafePath(path, foreign, OWNER_ADVICE);
  if (refuseShared && process.geteuid !== undefined && (stats.mode & 0o022) !== 0) {
    throw unsafePath(path, "can be written to by other users", `look at what is in it, then run: chmod 700 ${path}`);
  }
}

/** A mode without any right of the owner's is left by a process that died between mkdir and chmod under umask 0777. */
function needsMode(mode: number, { created }: Check): boolean {
  if (process.geteuid === undefined) return false;
  return created ? (mode & 0o777) !== 0o700 : (mode & 0o077) !== 0 || (mode & 0o700) === 0;
}
