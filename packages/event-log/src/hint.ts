import { type Disk } from "@agentlog/durable-fs";
import { eventOf, growingWindows, linesBetween, type RawLine } from "./anchor.js";

/** A sound line that is where its writer meant it to be: it says where a number is. What it says is not proven. */
export interface Hint {
  readonly seq: number;
  readonly offset: number;
  /** Where the next line begins. */
  readonly end: number;
}

/** Mostly a dozen lines, of which one is enough. */
const WINDOW_BYTES = 4 * 1024;
/** By so much an aim errs, once to each side, so that two of them close in on a number whose place was estimated well. */
const MARGIN_BYTES = 8 * 1024;

/**
 * The last line whose number is at most `seq`, if what the lines say of their numbers is true and they grow; undefined where
 * none was found near the end, or none that low. Each probe decodes a line or two of 4 KiB, however large the batches are.
 */
export function findHint(disk: Disk, fd: number, size: number, seq: number): Hint | undefined {
  const last = lastHint(disk, fd, size);
  if (last === undefined || last.seq <= seq) return last;
  let low: Hint | undefined;
  let high: Pick<Hint, "offset" | "seq"> = last;
  for (let step = 0; high.offset > (low?.end ?? 0); step++) {
    const start = low?.end ?? 0;
    const span = high.offset - start;
    const known = low?.seq ?? -1;
    const estimate = span * ((seq - known) / Math.max(1, high.seq - known));
    const margin = Math.min(MARGIN_BYTES, span / 8);
    // Every third step halves, so that uneven lines cannot make it slow.
    const aims = [estimate - margin, estimate + margin, span / 2];
    const aim = start + Math.floor(Math.min(span - 1, Math.max(0, aims[step % 3]!)));
    const found = firstHint(disk, fd, aim, high.offset, size);
    if (found === undefined) high = { offset: aim, seq: high.seq };
    else if (found.seq <= seq) low = found;
    else high = { offset: aim, seq: found.seq };
  }
  return low;
}

function lastHint(disk: Disk, fd: number, size: number): Hint | undefined {
  for (const window of growingWindows(4, WINDOW_BYTES)) {
    const from = Math.max(0, size - window);
    const found = hintIn(linesBetween(disk, fd, from, size).toReversed());
    if (found !== undefined || from === 0) return found;
  }
  return undefined;
}

/** The first line that begins between `from` and `to`; it may end behind `to`. */
function firstHint(disk: Disk, fd: number, from: number, to: number, size: number): Hint | undefined {
  for (const window of growingWindows(4, WINDOW_BYTES)) {
    const end = Math.min(size, from + window);
    // The byte before tells whether a line begins at `from`.
    const lines = linesBetween(disk, fd, Math.max(0, from - 1), end);
    const found = hintIn(lines.filter(({ start }) => start < to));
    if (found !== undefined || end === size || (lines.at(-1)?.start ?? 0) >= to) return found;
  }
  return undefined;
}

function hintIn(lines: readonly RawLine[]): Hint | undefined {
  for (const line of lines) {
    const event = eventOf(line);
    if (event !== undefined) return { seq: event.seq, offset: line.start, end: line.end };
  }
  return undefined;
}
