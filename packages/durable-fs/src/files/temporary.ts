import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { agentlogError, isAgentlogError, toIoError } from "@agentlog/types";
import { errnoOf, type Disk } from "../disk.js";
import { currentProcess } from "../process-identity.js";
import { closeQuietly, openPrivateFile } from "./open-private.js";

/** Who wrote a temporary file: a pid alone is reused, a pid with its start time is not. */
export interface TemporaryOwner {
  readonly pid: number;
  /** In whatever unit the platform has, up to 40 characters; "0" when unknown. */
  readonly startTime: string;
}

const OWNER = /^\..*\.(\d{1,10})-(\d{1,40}|x[0-9a-f]{2,80})\.[0-9a-f]{24}\.tmp$/s;

/**
 * `.<base>.<pid>-<start time>.<24 random hex>.tmp`: in the same directory, because a rename cannot leave its file system,
 * and with 96 random bits, because a name that can be guessed can be planted. Never over 200 bytes.
 */
function temporaryName(base: string, { pid, startTime }: TemporaryOwner): string {
  const readable = base.replace(/[^A-Za-z0-9._-]/g, "_").slice(0, 60);
  const start = /^\d{1,40}$/.test(startTime) ? startTime : `x${Buffer.from(startTime).toString("hex")}`;
  return `.${readable}.${pid}-${start}.${randomBytes(12).toString("hex")}.tmp`;
}

/** The writer a temporary file's name tells of; undefined for any other name. */
export function temporaryOwner(name: string): TemporaryOwner | undefined {
  const [, pid, start] = OWNER.exec(name) ?? [];
  if (pid === undefined || start === undefined) return undefined;
  return { pid: Number(pid), startTime: start.startsWith("x") ? Buffer.from(start.slice(1), "hex").toString() : start };
}

export interface WriteTemporaryOptions {
  readonly disk: Disk;
  readonly durable: boolean;
  readonly owner: TemporaryOwner | undefined;
}

/**
 * Writes bytes, or pieces of them, beside `path`, complete and (`durable`) synced, and returns where. Leaves nothing
 * behind when it fails.
 */
export function writeTemporary(
  path: string,
  content: Uint8Array | Iterable<Uint8Array>,
  options: WriteTemporaryOptions,
): string {
  const { disk, durable, owner = currentProcess() } = options;
  const temporary = join(dirname(path), temporaryName(basename(path), owner));
  let fd: number | undefined;
  try {
    fd = openPrivateFile(temporary, {
      flags: fs.constants.O_WRONLY | fs.constants.O_CREAT | fs.constants.O_EXCL,
      disk,
    });
    for (const bytes of content instanceof Uint8Array ? [content] : content) writeWhole(fd, bytes, path, disk);
    if (durable) disk.fsyncSync(fd);
    const written = fd;
    fd = undefined; // a failed close has closed it all the same
    disk.closeSync(written);
    return temporary;
  } catch (error) {
    if (fd !== undefined) closeQuietly(fd, disk);
    if (errnoBelow(error) !== "EEXIST") unlinkQuietly(temporary, disk);
    throw error;
  }
}

/** An error of a temporary file, told as one of the file it was for. */
export function asErrorOf(path: string, error: unknown, doing: string): Error {
  return toIoError(isAgentlogError(error, "IO_ERROR") ? (error.cause ?? error) : error, path, doing);
}

/** Removes a file on the way out of a failure. What cannot be removed now is swept later. */
export function unlinkQuietly(path: string, disk: Disk): void {
  try {
    disk.unlinkSync(path);
  } catch {
    // Gone already, or left for the sweep.
  }
}

function errnoBelow(error: unknown): string | undefined {
  return isAgentlogError(error, "IO_ERROR") ? error.errno : errnoOf(error);
}

/** One write: what a short one left out is not written after it, for nobody knows why it was short. */
function writeWhole(fd: number, bytes: Uint8Array, path: string, disk: Disk): void {
  if (bytes.length === 0) return;
  const written = disk.writeSync(fd, bytes, 0, bytes.length, null);
  if (written === bytes.length) return;
  throw agentlogError(
    "IO_ERROR",
    `writing a file failed: ${written} of ${bytes.length} bytes written for ${path}; the disk may be full`,
    { path, errno: "EIO", syscall: "write" },
  );
}
