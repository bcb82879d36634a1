import { type Disk } from "@agentlog/durable-fs";
import { damaged } from "./damage.js";

/** Sorted lines in a part of a file: byte offsets, `end` exclusive. */
export interface SectionPlace {
  readonly start: number;
  readonly end: number;
}

/** Reads sorted lines without reading the section. Lines come without their newline, and are valid until the next step. */
export interface Section {
  /** The offset of the first line that is not before: a binary search over bytes, one read of about 1 KiB a step. */
  seek(isBefore: (line: Buffer) => boolean): number;
  /** Lines from an offset on. */
  forward(from: number): Generator<Buffer>;
  /** Lines that end at or before an offset, the last first. */
  backward(to: number): Generator<Buffer>;
  /** Pieces of whole lines from an offset on, newlines included. */
  pieces(from: number): Generator<Buffer>;
}

const NEWLINE = 0x0a;
const SHORT_BYTES = 512;
const FIRST_PIECE_BYTES = 4 * 1024;
const PIECE_BYTES = 256 * 1024;

export function createSection(disk: Disk, fd: number, path: string, { start, end }: SectionPlace): Section {
  const read = (from: number, to: number): Buffer => {
    const bytes = Buffer.allocUnsafe(to - from);
    for (let filled = 0; filled < bytes.length;) {
      const count = disk.readSync(fd, bytes, filled, bytes.length - filled, from + filled);
      if (count === 0) throw damaged(path);
      filled += count;
    }
    return bytes;
  };

  /** The line that has the byte at an offset. */
  const lineAt = (at: number): { readonly line: Buffer; readonly from: number; readonly to: number } => {
    for (let span = SHORT_BYTES; ; span *= 4) {
      const low = Math.max(start, at - span);
      const high = Math.min(end, at + 2 * span);
      const bytes = read(low, high);
      const before = at === low ? -1 : bytes.lastIndexOf(NEWLINE, at - low - 1);
      const behind = bytes.indexOf(NEWLINE, at - low);
      if ((before === -1 && low > start) || (behind === -1 && high < end)) continue;
      if (behind === -1) throw damaged(path);
      return { line: bytes.subarray(before + 1, behind), from: low + before + 1, to: low + behind + 1 };
    }
  };

  function* pieces(from: number): Generator<Buffer> {
    let size = FIRST_PIECE_BYTES;
    for (let at = from; at < end;) {
      const bytes = read(at, Math.min(end, at + size));
      const whole = bytes.lastIndexOf(NEWLINE) + 1;
      if (whole === 0 && at + size >= end) throw damaged(path);
      if (whole > 0) yield bytes.subarray(0, whole);
      at += whole;
      // A line longer than a piece makes the pieces longer.
      size = whole === 0 ? size * 4 : Math.min(size * 4, Math.max(size, PIECE_BYTES));
    }
  }

  return {
    seek: (isBefore) => {
      let low = start;
      let high = end;
      while (low < high) {
        const { line, from, to } = lineAt(Math.floor((low + high) / 2));
        if (isBefore(line)) low = to;
        else high = from;
      }
      return low;
    },
    pieces,
    *forward(from) {
      for (const piece of pieces(from)) {
        for (let at = 0; at < piece.length;) {
          const newline = piece.indexOf(NEWLINE, at);
          yield piece.subarray(at, newline);
          at = newline + 1;
        }
      }
    },
    *backward(to) {
      for (let at = to; at > start;) {
        const { line, from } = lineAt(at - 1);
        yield line;
        at = from;
      }
    },
  };
}
