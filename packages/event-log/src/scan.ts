import { isAscii } from "node:buffer";
import { type Disk } from "@agentlog/durable-fs";
import { type Acceptor } from "./acceptance.js";
import { MAX_LINE_BYTES } from "./format.js";

/** A writer that catches up with another reads a few lines: the buffer starts small and grows to where reading is fastest. */
const FIRST_CHUNK_BYTES = 4 * 1024;
const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** Reads a file's complete lines into an acceptor, a chunk at a time, in bounded memory, from wherever it stopped. */
export interface Scan {
  /**
   * Reads about `budget` bytes more, or all there are, but nothing from the offset `until` on; returns false when nothing
   * is left to read. Lines handed on are valid only during the call.
   */
  step(budget?: number, until?: number): boolean;
  /** The offset behind the last complete line: what follows is a write in progress, or what a crash left of one. */
  readonly offset: number;
  /** The offset behind the last byte read. The file may have grown since. */
  readonly end: number;
}

/**
 * @param from offset of a line's beginning
 * @param firstLine the number of that line, where known
 */
export function createScan(disk: Disk, fd: number, acceptor: Acceptor, from: number, firstLine?: number): Scan {
  let offset = from;
  let line = firstLine;
  let buffer: Buffer = Buffer.allocUnsafe(FIRST_CHUNK_BYTES);
  /** Bytes of the unfinished line, at the buffer's beginning. */
  let carried = 0;
  /** Bytes of an overlong line that were read and let go. */
  let skipped = 0;

  const nextLine = (): number | undefined => (line === undefined ? undefined : line++);

  /** A repair leaves an empty line for each byte it set aside, which may be hundreds of MB: 1 ns each here, 150 as lines. */
  const passEmpty = (start: number, filled: number): number => {
    let end = start;
    while (end < filled && buffer[end] === NEWLINE) end++;
    offset += end - start;
    if (line !== undefined) line += end - start;
    return end;
  };

  const takeLines = (filled: number): void => {
    const read = buffer.subarray(0, filled);
    // Most chunks are: asking once for all of its lines takes 5 ns a line. Not for a buffer that one long line has enlarged.
    const ascii = filled <= CHUNK_BYTES && isAscii(read) ? read.toString("latin1") : undefined;
    let start = 0;
    for (;;) {
      if (carried === 0 && skipped === 0) start = passEmpty(start, filled);
      const found = read.indexOf(NEWLINE, Math.max(start, carried));
      if (found === -1) break;
      const length = found - start;
      if (skipped > 0) {
        acceptor.feedOverlong(offset, skipped + length + 1, nextLine());
        offset += skipped + length + 1;
        skipped = 0;
      } else {
        acceptor.feed(buffer.subarray(start, found), offset, nextLine(), ascii?.slice(start, found));
        offset += length + 1;
      }
      carried = 0;
      start = found + 1;
    }
    carried = filled - start;
    buffer.copyWithin(0, start, filled);
    if (carried > MAX_LINE_BYTES) {
      skipped += carried;
      carried = 0;
    }
    if (carried === buffer.length) enlarge(buffer.length * 2);
    else if (filled === buffer.length && buffer.length < CHUNK_BYTES) enlarge(CHUNK_BYTES);
  };

  const enlarge = (size: number): void => {
    const larger = Buffer.allocUnsafe(size);
    buffer.copy(larger, 0, 0, carried);
    buffer = larger;
  };

  return {
    step: (budget = Number.POSITIVE_INFINITY, until = Number.POSITIVE_INFINITY) => {
      let read = 0;
      while (read < budget) {
        const at = offset + skipped + carried;
        const wanted = Math.min(buffer.length - carried, until - at);
        if (wanted <= 0) return false;
        const count = disk.readSync(fd, buffer, carried, wanted, at);
        if (count === 0) return false;
        read += count;
        takeLines(carried + count);
      }
      return true;
    },
    get offset() {
      return offset;
    },
    get end() {
      return offset + skipped + carried;
    },
  };
}
