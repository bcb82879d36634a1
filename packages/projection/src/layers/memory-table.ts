import { type EntryCell, entriesOf, hasWords, type Layer, type RecordCell } from "./layer.js";
import { type IndexValue } from "../store.js";
import { compareText, compareValues, orderText } from "./order.js";
import { createSortedList, type SortedList } from "./sorted-list.js";

interface OrderedEntry extends EntryCell {
  readonly order: string;
}

/** A layer in memory that can be changed. */
export interface MemoryTable extends Layer {
  /** Number of cells. */
  readonly size: number;
  /** Puts the new cell of a key in the place of the old one, wherever that was. */
  put(cell: RecordCell, old: RecordCell | undefined): void;
  /** Names of the indexes it has entries of. */
  indexNames(): Iterable<string>;
}

/**
 * @param hides true when there are layers below: what is removed must then be remembered, to hide what they say
 */
export function createMemoryTable(hides: boolean): MemoryTable {
  const byKey = new Map<string, RecordCell>();
  const sorted = createSortedList<RecordCell>((a, b) => compareText(a.key, b.key));
  const indexes = new Map<string, SortedList<OrderedEntry>>();

  const listOf = (index: string): SortedList<OrderedEntry> => {
    const list = indexes.get(index) ?? createSortedList<OrderedEntry>((a, b) => compareText(a.order, b.order));
    indexes.set(index, list);
    return list;
  };

  const put = (cell: RecordCell, old: RecordCell | undefined): void => {
    const changed = (index: string): boolean => !sameValues(old?.indexes[index], cell.indexes[index]);
    for (const [index, entry] of entriesOf(old)) {
      if (!changed(index)) continue;
      const cleared = { ...entry, removed: true, order: orderText(entry) };
      if (hides) listOf(index).put(cleared);
      else listOf(index).remove(cleared);
    }
    for (const [index, entry] of entriesOf(cell)) {
      if (changed(index)) listOf(index).put({ ...entry, removed: false, order: orderText(entry) });
    }
    if (cell.json === undefined && !hides) {
      byKey.delete(cell.key);
      sorted.remove(cell);
      return;
    }
    byKey.set(cell.key, cell);
    sorted.put(cell);
  };

  const cells = (after: string | undefined): Generator<RecordCell> =>
    sorted.ascend(({ key }) => after !== undefined && key <= after);

  return {
    get size() {
      return sorted.size;
    },
    put,
    indexNames: () => indexes.keys(),
    cell: (key) => byKey.get(key),
    cells,
    *entries(index, { isBefore, isBehind }, reverse) {
      const list = indexes.get(index);
      if (list === undefined) return;
      for (const entry of reverse ? list.descend(isBehind) : list.ascend(isBefore)) {
        if (reverse ? isBefore(entry) : isBehind(entry)) return;
        yield entry;
      }
    },
    *hits(words, after) {
      for (const { key, words: own } of cells(after)) if (hasWords(own, words)) yield key;
    },
  };
}

/** Most events change few of a record's values: what stays is not taken out and put back. */
function sameValues(a: readonly IndexValue[] | undefined, b: readonly IndexValue[] | undefined): boolean {
  return a?.length === b?.length && (a === undefined || a.every((value, at) => compareValues(value, b![at]!) === 0));
}
