/** Items in order, in chunks, so that a change among 100,000 moves no more than one chunk. */
export interface SortedList<Item> {
  readonly size: number;
  /** The item that compares equal. */
  find(item: Item): Item | undefined;
  /** Adds an item, or replaces the one that compares equal. */
  put(item: Item): void;
  /** Removes the one that compares equal. */
  remove(item: Item): void;
  /** In order, from the first item that is not before. `isBefore` is true up to some place and false from there on. */
  ascend(isBefore: (item: Item) => boolean): Generator<Item>;
  /** In reverse, from the last item that is not behind. */
  descend(isBehind: (item: Item) => boolean): Generator<Item>;
}

const LARGEST_CHUNK = 512;

/**
 * An iteration sees the list as it is at each step; do not change it meanwhile.
 *
 * @param sorted what it begins with, in order
 */
export function createSortedList<Item>(
  compare: (a: Item, b: Item) => number,
  sorted: readonly Item[] = [],
): SortedList<Item> {
  const chunks: Item[][] = [];
  let size = sorted.length;
  for (let at = 0; at < size; at += LARGEST_CHUNK / 2) chunks.push(sorted.slice(at, at + LARGEST_CHUNK / 2));

  /** The first place whose item is not before: its chunk, and its index there. Behind the last: `[chunks.length, 0]`. */
  const seek = (isBefore: (item: Item) => boolean): readonly [chunk: number, index: number] => {
    const chunk = firstIndex(chunks, (items) => isBefore(items.at(-1)!));
    return [chunk, chunk === chunks.length ? 0 : firstIndex(chunks[chunk]!, isBefore)];
  };

  const insert = (item: Item, chunk: number, index: number): void => {
    size++;
    if (chunks.length === 0) {
      chunks.push([item]);
      return;
    }
    const [into, at] = chunk === chunks.length ? [chunk - 1, chunks[chunk - 1]!.length] : [chunk, index];
    const items = chunks[into]!;
    items.splice(at, 0, item);
    if (items.length > LARGEST_CHUNK) chunks.splice(into + 1, 0, items.splice(LARGEST_CHUNK / 2));
  };

  return {
    get size() {
      return size;
    },
    find: (item) => {
      const [chunk, index] = seek((other) => compare(other, item) < 0);
      const found = chunks[chunk]?.[index];
      return found !== undefined && compare(found, item) === 0 ? found : undefined;
    },
    put: (item) => {
      const [chunk, index] = seek((other) => compare(other, item) < 0);
      const found = chunks[chunk]?.[index];
      if (found !== undefined && compare(found, item) === 0) chunks[chunk]![index] = item;
      else insert(item, chunk, index);
    },
    remove: (item) => {
      const [chunk, index] = seek((other) => compare(other, item) < 0);
      const items = chunks[chunk];
      if (items === undefined || compare(items[index]!, item) !== 0) return;
      size--;
      items.splice(index, 1);
      if (items.length === 0) chunks.splice(chunk, 1);
    },
    *ascend(isBefore) {
      let [chunk, index] = seek(isBefore);
      for (; chunk < chunks.length; chunk++, index = 0) {
        for (; index < chunks[chunk]!.length; index++) yield chunks[chunk]![index]!;
      }
    },
    *descend(isBehind) {
      let [chunk, index] = seek((item) => !isBehind(item));
      for (index--; chunk >= 0; chunk--, index = (chunks[chunk]?.length ?? 0) - 1) {
        for (; index >= 0; index--) yield chunks[chunk]![index]!;
      }
    },
  };
}

/** Binary search: the index of the first item that is not before. */
function firstIndex<Item>(items: readonly Item[], isBefore: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(items[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}
