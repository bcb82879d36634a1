import fs, { type Stats } from "node:fs";
import { toIoError } from "@agentlog/types";
import { errnoOf, nodeDisk, type Disk } from "../disk.js";
import { foreignOwner, OWNER_ADVICE, unsafePath } from "./unsafe-path.js";

const { O_CREAT, O_TRUNC } = fs.constants;

/**
 * Added to every open: a symbolic link is refused, a FIFO without a reader cannot hang us, a terminal does not become
 * ours. A constant the platform lacks is undefined and adds nothing. Node itself adds O_CLOEXEC everywhere.
 */
const ALWAYS = fs.constants.O_NOFOLLOW | fs.constants.O_NONBLOCK | fs.constants.O_NOCTTY;

/** A chmod refused for these reasons cannot work there: no modes (exFAT), read-only, immutable or append-only file. */
const MODES_FIXED: ReadonlySet<string | undefined> = new Set([
  "EPERM",
  "EROFS",
  "ENOTSUP",
  "EOPNOTSUPP",
  "ENOSYS",
  "EINVAL",
]);

export interface OpenPrivateOptions {
  /** `fs.constants.O_*`, combined. `O_TRUNC` is ignored: it would empty a file before it is known to be ours. */
  readonly flags: number;
  /** Default `nodeDisk`. */
  readonly disk?: Disk | undefined;
  /** Accept a file with more than one name. Default false: a second name may be in another user's folder. */
  readonly allowHardLinks?: boolean | undefined;
}

/**
 * Opens a file that must be this user's alone, and returns its descriptor. A file it creates has mode 0600 whatever the
 * umask; one that group or others can reach is tightened to what its owner may, at most 0600.
 *
 * Throws `UNSAFE_PATH` for a symbolic link, anything but a regular file, another user's file, or a second hard link
 * (nothing is read, written or kept open then), `IO_ERROR` for what the system refuses.
 */
export function openPrivateFile(path: string, options: OpenPrivateOptions): number {
  const disk = options.disk ?? nodeDisk;
  const flags = (options.flags & ~O_TRUNC) | ALWAYS;
  const fd = open(path, flags, disk);
  try {
    const stats = disk.fstatSync(fd);
    refuse(path, stats, options.allowHardLinks ?? false);
    tighten(fd, stats, (flags & O_CREAT) !== 0, disk);
    return fd;
  } catch (error) {
    closeQuietly(fd, disk);
    throw toIoError(error, path, "opening a file");
  }
}

/** Closes a descriptor on the way out of a failure, where a second error would only hide the first. */
export function closeQuietly(fd: number, disk: Disk): void {
  try {
    disk.closeSync(fd);
  } catch {
    // The first error is the one to report.
  }
}

/** True when a chmod failed because modes cannot be changed there at all; the private directory around still protects. */
export function modesAreFixed(error: unknown): boolean {
  return MODES_FIXED.has(errnoOf(error));
}

function open(path: string, flags: number, disk: Disk): number {
  try {
    // Windows has no O_NOFOLLOW: look first. A link planted in between is not seen there, only by the 0700 around it.
    if (fs.constants.O_NOFOLLOW === undefined && isLink(path, disk)) throw symbolicLink(path);
    return disk.openSync(path, flags, 0o600);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ELOOP" || errno === "EMLINK") throw symbolicLink(path, error); // EMLINK on FreeBSD
    // ENXIO: a FIFO nobody reads, a socket, a device without driver
    if (errno === "ENXIO" || errno === "EISDIR") throw notRegular(path, error);
    throw toIoError(error, path, "opening a file");
  }
}

function isLink(path: string, disk: Disk): boolean {
  return disk.lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

const symbolicLink = (path: string, cause?: unknown): Error =>
  unsafePath(path, "is a symbolic link", "remove the link, or use the path it leads to", cause);

const notRegular = (path: string, cause?: unknown): Error =>
  unsafePath(path, "is not a regular file", "move it out of the way", cause);

function refuse(path: string, stats: Stats, allowHardLinks: boolean): void {
  if (!stats.isFile()) throw notRegular(path);
  const foreign = foreignOwner(stats.uid);
  if (foreign !== undefined) throw unsafePath(path, foreign, OWNER_ADVICE);
  if (stats.nlink > 1 && !allowHardLinks) {
    throw unsafePath(path, `has ${stats.nlink} hard links`, "copy it, and put the copy in its place");
  }
}

/** An empty file without even its owner's bits is one we created under a umask such as 0777. */
function tighten(fd: number, stats: Stats, mayBeNew: boolean, disk: Disk): void {
  const mode = stats.mode & 0o777;
  const isNew = mayBeNew && stats.size === 0 && (mode & 0o600) !== 0o600;
  if (!isNew && (mode & 0o077) === 0) return;
  if (process.geteuid === undefined) return; // Windows shows 0666 whatever the access list says
  try {
    disk.fchmodSync(fd, isNew ? 0o600 : mode & 0o600);
  } catch (error) {
    if (!modesAreFixed(error)) throw error;
  }
}
