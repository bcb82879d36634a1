import { type IndexEntry, type IndexRange, type IndexValue } from "../store.js";

/** By code unit, as JavaScript compares. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Component by component; where one is the beginning of the other, the shorter first. `from`: those before are the same. */
export function compareValues(a: IndexValue, b: IndexValue, from = 0): number {
  const common = Math.min(a.length, b.length);
  for (let at = from; at < common; at++) {
    const order = compareText(a[at]!, b[at]!);
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

export function compareEntries(a: IndexEntry, b: IndexEntry): number {
  return compareValues(a.value, b.value) || compareText(a.key, b.key);
}

/**
 * A text that sorts among others of its kind as its entry does: one comparison instead of one a component. NUL and 1 end a
 * component, NUL and 2 stand for NUL, NUL and NUL end the value: what ends earlier sorts earlier.
 */
export function orderText({ value, key }: IndexEntry): string {
  let text = "";
  for (const part of value) text += `${part.includes("\0") ? part.replaceAll("\0", "\0\u0002") : part}\0\u0001`;
  return `${text}\0\0${key}`;
}

/** A stretch of sorted entries, told by two questions whose answers change once along the order. */
export interface Bounds {
  /** Sorts in front of the stretch. */
  readonly isBefore: (entry: IndexEntry) => boolean;
  /** Sorts behind it. */
  readonly isBehind: (entry: IndexEntry) => boolean;
}

/** A component that is not there sorts before every string: `from` leaves it out, `to` alone does not. */
export function boundsOf({ prefix = [], from, to, reverse = false, after }: IndexRange): Bounds {
  const low = from === undefined ? prefix : [...prefix, from];
  const high = to === undefined ? undefined : [...prefix, to];
  const isAbove = ({ value }: IndexEntry): boolean =>
    high === undefined ? compareValues(value.slice(0, prefix.length), prefix) > 0 : compareValues(value, high) >= 0;
  return {
    isBefore: (entry) =>
      compareValues(entry.value, low) < 0 || (!reverse && after !== undefined && compareEntries(entry, after) <= 0),
    isBehind: (entry) => isAbove(entry) || (reverse && after !== undefined && compareEntries(entry, after) >= 0),
  };
}
