import { type Disk } from "@agentlog/durable-fs";
import { LOG_START, type LogPosition } from "./acceptance.js";
import { decodeLine, hashLine, type StoredEvent } from "./line.js";

/** A place in the file whose position in the log is proven without reading what comes before it. */
export interface Anchor extends LogPosition {
  /** Where the next line begins. */
  readonly offset: number;
}

/** The beginning of the file: always an anchor. */
export const FILE_START: Anchor = { ...LOG_START, offset: 0 };

const WINDOW_BYTES = 16 * 1024;
/** Where no proof is found in so many bytes, the file is read from its beginning: slower, and always right. */
export const LARGEST_WINDOW_BYTES: number = 8 * 1024 * 1024;
const NEWLINE = 0x0a;

/**
 * The last place before the end of the file that can be proven.
 *
 * The proof: two lines that are where their writers meant them to be, and the second has the hash of the first as its
 * `prev`. The second was written by somebody who had read the whole log before that very place and found the first to be
 * the last accepted line. Acceptance is a pure function of the bytes, so it is accepted for every reader, and what follows
 * can be judged from there. Two sound lines at the end are enough, so that the cost does not grow with the log [EL-3].
 * The place matters: lines of another log, copied behind this one, chain just as well.
 */
export function lastAnchor(disk: Disk, fd: number, size: number): Anchor {
  let bytes: Buffer = Buffer.alloc(0);
  let start = size;
  for (const window of growingWindows(2)) {
    const from = Math.max(0, size - window);
    const piece = readBetween(disk, fd, from, start);
    // The file has become shorter meanwhile: what was read behind this piece is nobody's.
    if (piece.length < start - from && bytes.length > 0) break;
    bytes = Buffer.concat([piece, bytes]);
    start = from;
    const found = anchorIn(linesIn(bytes, from), "last");
    if (found !== undefined) return found;
    if (from === 0) break;
  }
  return FILE_START;
}

/** The first provable place at or after `from` and before `to`; undefined when there is none near. */
export function firstAnchor(disk: Disk, fd: number, from: number, to: number): Anchor | undefined {
  for (const window of growingWindows(4)) {
    const end = Math.min(to, from + window);
    const found = anchorIn(linesBetween(disk, fd, from, end), "first");
    if (found !== undefined || end === to) return found;
  }
  return undefined;
}

/** Lengths in bytes to look at one after the other until something is found. */
export function* growingWindows(factor: number, first: number = WINDOW_BYTES): Generator<number> {
  for (let window = first; window <= LARGEST_WINDOW_BYTES; window *= factor) yield window;
}

/** A complete line that nobody has judged yet. */
export interface RawLine {
  readonly bytes: Buffer;
  readonly start: number;
  /** Behind its newline. */
  readonly end: number;
}

/** The complete lines between two offsets; the first piece is left out unless the file begins there. */
export function linesBetween(disk: Disk, fd: number, from: number, to: number): RawLine[] {
  return linesIn(readBetween(disk, fd, from, to), from);
}

function readBetween(disk: Disk, fd: number, from: number, to: number): Buffer {
  const buffer = Buffer.allocUnsafe(to - from);
  let filled = 0;
  while (filled < buffer.length) {
    const count = disk.readSync(fd, buffer, filled, buffer.length - filled, from + filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

function linesIn(bytes: Buffer, from: number): RawLine[] {
  const lines: RawLine[] = [];
  let start = from === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
  if (from > 0 && start === 0) return lines;
  for (;;) {
    while (bytes[start] === NEWLINE) start++;
    const newline = bytes.indexOf(NEWLINE, start);
    if (newline === -1) return lines;
    lines.push({ bytes: bytes.subarray(start, newline), start: from + start, end: from + newline + 1 });
    start = newline + 1;
  }
}

function anchorIn(lines: readonly RawLine[], which: "first" | "last"): Anchor | undefined {
  for (let step = 1; step < lines.length; step++) {
    const at = which === "first" ? step : lines.length - step;
    const next = eventOf(lines[at]!);
    if (next === undefined) continue;
    const [index, count] = next.batch ?? [0, 1];
    // A batch chains its own lines: only the first of a batch proves that the line before it was accepted.
    if (index !== 0) {
      step += which === "first" ? count - index - 1 : index - 1;
      continue;
    }
    const line = lines[at - 1]!;
    const event = eventOf(line);
    if (event === undefined || next.seq !== event.seq + 1 || !isWholeUnit(lines, at - 1, event)) continue;
    const hash = hashLine(line.bytes);
    if (next.prev === hash) return { seq: event.seq, hash, offset: line.end };
  }
  return undefined;
}

/** A batch whose first lines are damaged by now counts no more, whatever its last line says. */
function isWholeUnit(lines: readonly RawLine[], at: number, last: StoredEvent): boolean {
  const [index, count] = last.batch ?? [0, 1];
  if (index !== count - 1 || at < index) return false;
  for (let back = 1; back <= index; back++) {
    const event = eventOf(lines[at - back]!);
    if (event?.seq !== last.seq - back || event.batch?.[0] !== index - back || event.batch[1] !== count) return false;
  }
  return true;
}

/** The event of a sound line that is where its writer meant it to be. */
export function eventOf(line: RawLine): StoredEvent | undefined {
  const decoded = decodeLine(line.bytes);
  if (decoded.kind !== "event") return undefined;
  const { writer } = decoded.event;
  return writer.slice(writer.lastIndexOf(".") + 1) === String(line.start) ? decoded.event : undefined;
}
