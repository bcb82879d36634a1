import fs from "node:fs";
import { crc32 } from "node:zlib";
import { type Disk, openPrivateFile } from "@agentlog/durable-fs";
import { type Damage, type StoredEvent } from "@agentlog/event-log";
import { isAgentlogError, toIoError } from "@agentlog/types";
import { type FoldPosition } from "./store.js";

/** What a projection needs of a log: an `EventLog` has it. */
export interface FoldedLog<Event extends StoredEvent = StoredEvent> {
  readonly path: string;
  entries(options: {
    readonly from: number;
    readonly onDamage: (damage: Damage) => void;
  }): AsyncIterable<{ readonly event: Event; readonly offset: number; readonly end: number }>;
}

/** Tells whether a log's file changed between two looks. */
export function stampOf(disk: Disk, path: string): string {
  try {
    const stats = disk.lstatSync(path, { throwIfNoEntry: false });
    return stats === undefined ? "none" : `${stats.dev} ${stats.ino} ${stats.size} ${stats.mtimeMs}`;
  } catch (error) {
    throw toIoError(error, path, "looking at a log");
  }
}

/** How a kept position and the log agree. */
export type Fit =
  /** The line is there, and nothing comes after it. */
  | "at-end"
  /** The line is there, and so is more. */
  | "behind"
  /** The log does not have that line at that place. */
  | "unfit";

/** [PR-1] Looks at the one line that was folded last: a few microseconds, however long the log is. */
export function fitOf(disk: Disk, path: string, position: FoldPosition): Fit {
  const fd = openLog(disk, path);
  if (fd === undefined) return "unfit";
  try {
    const { size } = disk.fstatSync(fd);
    if (size < position.offset || !isLineOf(lineBefore(disk, fd, position.offset), position)) return "unfit";
    return size === position.offset ? "at-end" : "behind";
  } catch (error) {
    throw toIoError(error, path, "reading a log");
  } finally {
    disk.closeSync(fd);
  }
}

function openLog(disk: Disk, path: string): number | undefined {
  try {
    // A repair under way leaves a second name; reading harms neither.
    return openPrivateFile(path, { flags: fs.constants.O_RDONLY, disk, allowHardLinks: true });
  } catch (error) {
    if (isAgentlogError(error, "IO_ERROR") && error.errno === "ENOENT") return undefined;
    throw error;
  }
}

const WINDOW_BYTES = 1024;
/** A line is never longer. */
const LARGEST_WINDOW_BYTES = 32 * 1024 * 1024;
const NEWLINE = 0x0a;

/** The line whose newline is the byte before `offset`, without it; undefined when there is none. */
function lineBefore(disk: Disk, fd: number, offset: number): Buffer | undefined {
  for (let window = WINDOW_BYTES; window <= LARGEST_WINDOW_BYTES; window *= 8) {
    const from = Math.max(0, offset - window);
    const bytes = Buffer.allocUnsafe(offset - from);
    if (disk.readSync(fd, bytes, 0, bytes.length, from) !== bytes.length) return undefined;
    if (bytes.at(-1) !== NEWLINE) return undefined;
    const before = bytes.length < 2 ? -1 : bytes.lastIndexOf(NEWLINE, bytes.length - 2);
    if (before !== -1 || from === 0) return bytes.subarray(before + 1, -1);
  }
  return undefined;
}

/** `,"crc":"` and 8 hex digits and `"}` */
const CRC_FIELD_BYTES = 18;

function isLineOf(line: Buffer | undefined, { seq, id, crc }: FoldPosition): boolean {
  if (line === undefined || line.length < CRC_FIELD_BYTES) return false;
  const checked = crc32(line.subarray(0, line.length - CRC_FIELD_BYTES));
  if (checked.toString(16).padStart(8, "0") !== crc) return false;
  try {
    const event = JSON.parse(line.toString("utf8")) as Partial<StoredEvent> | null;
    return event?.seq === seq && event.id === id && event.crc === crc;
  } catch {
    return false;
  }
}
