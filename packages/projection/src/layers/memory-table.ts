import { cellsInOrder, entriesInOrder, indexNamesOf, type Put, sameValues, valuesOf } from "./bulk.js";
import { type EntryCell, entriesOf, hasWords, type Layer, type RecordCell } from "./layer.js";
import { compareText, orderText } from "./order.js";
import { createSortedList, type SortedList } from "./sorted-list.js";

interface OrderedEntry extends EntryCell {
  readonly order: string;
}

/** A layer in memory that can be changed. */
export interface MemoryTable extends Layer {
  /** Number of cells. */
  readonly size: number;
  /** Puts new cells of different keys in the place of the old ones, wherever those were. */
  put(puts: readonly Put[]): void;
  /** Names of the indexes it has entries of. */
  indexNames(): Iterable<string>;
  /** All cells in the order of keys. */
  allCells(): readonly RecordCell[];
  /** All entries of an index, in order. */
  allEntries(index: string): Iterable<EntryCell>;
}

const NO_PUTS: readonly Put[] = [];

/**
 * @param hides true when there are layers below: what is removed must then be remembered, to hide what they say
 */
export function createMemoryTable(hides: boolean): MemoryTable {
  const byKey = new Map<string, RecordCell>();
  /** The first puts. They are sorted when they are looked at or more come: most tables of many puts are only written out. */
  let loaded = NO_PUTS;
  let sorted = createSortedList(byKeys);
  const indexes = new Map<string, SortedList<OrderedEntry>>();

  const load = (puts: readonly Put[]): void => {
    loaded = hides ? puts : puts.filter(({ cell }) => cell.json !== undefined);
    for (const { cell } of loaded) byKey.set(cell.key, cell);
  };

  const settle = (): void => {
    if (loaded === NO_PUTS) return;
    const puts = loaded;
    loaded = NO_PUTS;
    sorted = createSortedList(byKeys, cellsInOrder(puts));
    for (const index of indexNamesOf(puts)) {
      const entries = Array.from(entriesInOrder(puts, index), (entry) => ({ ...entry, order: orderText(entry) }));
      indexes.set(index, createSortedList(byOrder, entries));
    }
  };

  const listOf = (index: string): SortedList<OrderedEntry> => {
    const list = indexes.get(index) ?? createSortedList(byOrder);
    indexes.set(index, list);
    return list;
  };

  const putOne = ({ cell, old }: Put): void => {
    const changed = (index: string): boolean => !sameValues(valuesOf(old, index), valuesOf(cell, index));
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

  const cells = (after: string | undefined): Generator<RecordCell> => {
    settle();
    return sorted.ascend(({ key }) => after !== undefined && key <= after);
  };

  return {
    get size() {
      return byKey.size;
    },
    put: (puts) => {
      if (byKey.size === 0 && puts.length > 1) return load(puts);
      settle();
      for (const put of puts) putOne(put);
    },
    indexNames: () => (loaded === NO_PUTS ? indexes.keys() : indexNamesOf(loaded)),
    allCells: () => (loaded === NO_PUTS ? [...cells(undefined)] : cellsInOrder(loaded)),
    allEntries: (index) =>
      loaded === NO_PUTS ? (indexes.get(index)?.ascend(() => false) ?? []) : entriesInOrder(loaded, index),
    cell: (key) => byKey.get(key),
    cells,
    *entries(index, { isBefore, isBehind }, reverse) {
      settle();
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

const byKeys = (a: RecordCell, b: RecordCell): number => compareText(a.key, b.key);
const byOrder = (a: OrderedEntry, b: OrderedEntry): number => compareText(a.order, b.order);
