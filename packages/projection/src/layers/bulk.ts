import { type EntryCell, type RecordCell } from "./layer.js";
import { compareEntries, compareText, compareValues } from "./order.js";
import { type IndexValue } from "../store.js";

/** The cell that a key gets, and the one that it had. */
export interface Put {
  readonly cell: RecordCell;
  readonly old: RecordCell | undefined;
}

export function cellsInOrder(puts: readonly Put[]): readonly RecordCell[] {
  return puts.map(({ cell }) => cell).sort((a, b) => compareText(a.key, b.key));
}

export function indexNamesOf(puts: readonly Put[]): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (cell: RecordCell): void => {
    for (const [name, values] of Object.entries(cell.indexes)) if (values.length > 0) names.add(name);
  };
  for (const { cell, old } of puts) {
    add(cell);
    if (old !== undefined) add(old);
  }
  return names;
}

/**
 * What many puts of different keys say of one index, in order. Sorted at once, by the first component and then what has the
 * same one: most indexes have few different ones, and behind them often times, which come almost in order.
 */
export function* entriesInOrder(puts: readonly Put[], index: string): Generator<EntryCell> {
  const bare: EntryCell[] = [];
  const groups = new Map<string, EntryCell[]>();
  const add = (value: IndexValue, key: string, removed: boolean): void => {
    const [first] = value;
    const group = first === undefined ? bare : groups.get(first);
    if (group === undefined) groups.set(first!, [{ value, key, removed }]);
    else group.push({ value, key, removed });
  };
  for (const { cell, old } of puts) {
    const [before, now] = [valuesOf(old, index), valuesOf(cell, index)];
    if (sameValues(before, now)) continue;
    for (const value of before) add(value, cell.key, true);
    for (const value of now) add(value, cell.key, false);
  }
  yield* latest(bare.sort((a, b) => compareText(a.key, b.key)));
  for (const first of [...groups.keys()].sort(compareText)) yield* latest(groups.get(first)!.sort(compareWithin));
}

/** A value that goes and comes back was put in behind its removal, and the sort has left it there. */
function* latest(sorted: readonly EntryCell[]): Generator<EntryCell> {
  for (const [at, entry] of sorted.entries()) {
    const next = entry.removed ? sorted[at + 1] : undefined;
    if (next === undefined || compareEntries(entry, next) !== 0) yield entry;
  }
}

const NONE: readonly IndexValue[] = [];

export function valuesOf(cell: RecordCell | undefined, index: string): readonly IndexValue[] {
  return cell !== undefined && Object.hasOwn(cell.indexes, index) ? cell.indexes[index]! : NONE;
}

function compareWithin(a: EntryCell, b: EntryCell): number {
  return compareValues(a.value, b.value, 1) || compareText(a.key, b.key);
}

/** Most events change few of a record's values: what stays is not taken out and put back. */
export function sameValues(a: readonly IndexValue[], b: readonly IndexValue[]): boolean {
  return a.length === b.length && a.every((value, at) => compareValues(value, b[at]!) === 0);
}
