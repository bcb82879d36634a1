import { type Disk } from "@agentlog/durable-fs";
import { type Anchor, FILE_START, firstAnchor, LARGEST_WINDOW_BYTES, lastAnchor } from "./anchor.js";
import { MAX_BATCH_LINES } from "./format.js";
import { findHint } from "./hint.js";

/** A stretch this short is read through faster than it is searched. */
const SHORT_BYTES = 64 * 1024;
/** A proof may lie a whole batch before the number: what is farther than two was led astray. */
const NEAR_EVENTS = 2 * MAX_BATCH_LINES;

/**
 * [EL-11] A proven place before the event with the number `seq` and near it, at a cost that does not grow with the log.
 *
 * A proof takes two batches, which may be megabytes. So the search goes by what single lines say, and the one place that it
 * comes to is proven, from there backwards. What is proven is right whatever led to it; only where it is far from what the
 * lines said, because some of them are not this log's, does each step of the search have to be proven.
 */
export function locate(disk: Disk, fd: number, size: number, seq: number): Anchor {
  if (seq <= 0) return FILE_START;
  const hint = findHint(disk, fd, size, seq);
  if (hint !== undefined) {
    if (hint.end <= SHORT_BYTES) return FILE_START;
    const anchor = lastAnchor(disk, fd, hint.end);
    const isNear = hint.end - anchor.offset <= LARGEST_WINDOW_BYTES && seq - anchor.seq <= NEAR_EVENTS;
    if (anchor.seq < seq && isNear) return anchor;
  }
  return locateByProofs(disk, fd, size, seq);
}

/** An interpolation search by anchors alone. Every second step halves, so that uneven lines cannot make it slow. */
function locateByProofs(disk: Disk, fd: number, size: number, seq: number): Anchor {
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
