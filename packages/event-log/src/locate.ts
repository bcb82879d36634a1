import { type Disk } from "@agentlog/durable-fs";
import { type Anchor, FILE_START, firstAnchor, lastAnchor } from "./anchor.js";

/** A stretch this short is read through faster than it is searched. */
const SHORT_BYTES = 64 * 1024;

/**
 * [EL-11] A proven place before the event with the number `seq` and near it, found by an interpolation search over the
 * file: a few reads of 16 KiB however long the log is. Every second step halves, so that uneven lines cannot make it slow.
 */
export function locate(disk: Disk, fd: number, size: number, seq: number): Anchor {
  if (seq <= 0) return FILE_START;
  let low = FILE_START;
  const last = lastAnchor(disk, fd, size);
  if (last.seq < seq) return last;
  let high: { readonly offset: number; readonly seq: number } = last;
  for (let step = 0; high.offset - low.offset > SHORT_BYTES; step++) {
    const span = high.offset - low.offset;
    const share = step % 2 === 0 ? (seq - low.seq) / Math.max(1, high.seq - low.seq) : 0.5;
    // Aims a little short of the estimate, so that the place found lies before the number wanted.
    const aim = low.offset + Math.max(1, Math.min(span - 1, Math.floor(span * share) - SHORT_BYTES / 4));
    const found = firstAnchor(disk, fd, aim, high.offset);
    if (found === undefined || found.offset >= high.offset) {
      high = { offset: aim, seq: high.seq };
    } else if (found.seq < seq) {
      low = found;
    } else {
      high = { offset: aim, seq: found.seq };
    }
  }
  return low;
}
