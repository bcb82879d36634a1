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
const NEWLINE = 0x0a;

/**
 * The last place before the end of the file that can be proven.
 *
 * The proof: a line whose `prev` is the hash of the line right before it was written by somebody who had read the whole
 * log before that line and found it to be the last accepted one. Acceptance is a pure function of the bytes, so it is
 * accepted for every reader, and what follows it can be judged from there. Two sound lines at the end are enough, so that
 * the cost does not grow with the log [EL-3].
 */
export function lastAnchor(disk: Disk, fd: number, size: number): Anchor {
  for (let window = WINDOW_BYTES; ; window *= 2) {
    const from = Math.max(0, size - window);
    const found = anchorIn(linesOf(disk, fd, from, size), "last");
    if (found !== undefined) return found;
    if (from === 0) return FILE_START;
  }
}

/** The first provable place at or after `from` and before `to`; undefined when there is none. */
export function firstAnchor(disk: Disk, fd: number, from: number, to: number): Anchor | undefined {
  for (let window = WINDOW_BYTES; ; window *= 4) {
    const end = Math.min(to, from + window);
    const found = anchorIn(linesOf(disk, fd, from, end), "first");
    if (found !== undefined || end === to) return found;
  }
}

interface RawLine {
  readonly bytes: Buffer;
  /** Behind its newline. */
  readonly end: number;
}

/** The complete lines between two offsets; the first piece is left out unless the file begins there. */
function linesOf(disk: Disk, fd: number, from: number, to: number): RawLine[] {
  const buffer = Buffer.allocUnsafe(to - from);
  let filled = 0;
  while (filled < buffer.length) {
    const count = disk.readSync(fd, buffer, filled, buffer.length - filled, from + filled);
    if (count === 0) break;
    filled += count;
  }
  const bytes = buffer.subarray(0, filled);
  const lines: RawLine[] = [];
  let start = from === 0 ? 0 : bytes.indexOf(NEWLINE) + 1;
  if (from > 0 && start === 0) return lines;
  for (;;) {
    const newline = bytes.indexOf(NEWLINE, start);
    if (newline === -1) return lines;
    if (newline > start) lines.push({ bytes: bytes.subarray(start, newline), end: from + newline + 1 });
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
    if (event === undefined || next.seq !== event.seq + 1) continue;
    const hash = hashLine(line.bytes);
    if (next.prev === hash) return { seq: event.seq, hash, offset: line.end };
  }
  return undefined;
}

function eventOf(line: RawLine): StoredEvent | undefined {
  const decoded = decodeLine(line.bytes);
  return decoded.kind === "event" ? decoded.event : undefined;
}
