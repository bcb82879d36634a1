import { mergeCells, mergeEntries, mergeSorted } from "../layers/merge-layers.js";
import { type MemoryTable } from "../layers/memory-table.js";
import { compareText } from "../layers/order.js";
import { type Segment } from "./segment.js";
import { type SegmentContent } from "./write-segment.js";

const EVERYTHING = { limit: Number.POSITIVE_INFINITY };

/** What a table in memory makes as a segment. */
export function contentOfTable(table: MemoryTable, fullText: boolean): SegmentContent {
  const cells = table.allCells();
  return {
    cells: () => cells,
    *texts() {
      if (!fullText) return;
      for (const { key, words, json } of cells) yield { key, words, removed: json === undefined };
    },
    indexes: [...table.indexNames()],
    entries: (index) => table.allEntries(index),
  };
}

/**
 * What several segments, newest first, make as one. With the oldest of all among them there is nothing below that removed
 * things would have to hide: they are left out.
 */
export function contentOfSegments(segments: readonly Segment[], withOldest: boolean): SegmentContent {
  return {
    *cells() {
      for (const cell of mergeCells(segments)) if (!withOldest || cell.json !== undefined) yield cell;
    },
    *texts() {
      const sources = segments.map((segment) => segment.texts());
      for (const text of mergeSorted(sources, (a, b) => compareText(a.key, b.key))) {
        if (!withOldest || !text.removed) yield text;
      }
    },
    indexes: [...new Set(segments.flatMap(({ plan }) => Object.keys(plan.indexes)))],
    *entries(index) {
      for (const entry of mergeEntries(segments, index, EVERYTHING)) if (!withOldest || !entry.removed) yield entry;
    },
  };
}

/** The newest lie on the one they have grown to a quarter of. */
const GROWTH = 4;

/**
 * [PR-2] How many of the newest segments to make one of, 0 for none. Sizes that are known to grow fourfold from one to the
 * next keep their number logarithmic, and so the times that a record is written again.
 */
export function planMerge(bytes: readonly number[]): number {
  let count = 0;
  let sum = 0;
  for (const [at, size] of bytes.entries()) {
    if (at > 0 && sum * GROWTH >= size) count = at + 1;
    sum += size;
  }
  return count;
}
