import { type JsonValue } from "@agentlog/types";
import { type IndexEntry, type IndexRange, type ReadModelStore } from "../store.js";
import { type EntryCell, type Layer, type RecordCell } from "./layer.js";
import { boundsOf, compareEntries, compareText } from "./order.js";

/**
 * Several sorted sequences as one, each item once: of equal ones that of the first sequence that has it. `compare` is the
 * order of iteration.
 */
export function* mergeSorted<Item>(
  sources: readonly Iterator<Item>[],
  compare: (a: Item, b: Item) => number,
): Generator<Item> {
  const heads = sources.map((source) => source.next());
  for (;;) {
    let first: Item | undefined;
    for (const head of heads) {
      if (head.done !== true && (first === undefined || compare(head.value, first) < 0)) first = head.value;
    }
    if (first === undefined) return;
    for (const [at, head] of heads.entries()) {
      if (head.done !== true && compare(head.value, first) === 0) heads[at] = sources[at]!.next();
    }
    yield first;
  }
}

export function mergeCells(layers: readonly Layer[], after?: string): Generator<RecordCell> {
  return mergeSorted(
    layers.map((layer) => layer.cells(after)),
    (a, b) => compareText(a.key, b.key),
  );
}

export function mergeEntries(layers: readonly Layer[], index: string, range: IndexRange): Generator<EntryCell> {
  const reverse = range.reverse === true;
  const bounds = boundsOf(range);
  return mergeSorted(
    layers.map((layer) => layer.entries(index, bounds, reverse)),
    reverse ? (a, b) => compareEntries(b, a) : compareEntries,
  );
}

/** The newest cell of a key. */
export function findCell(layers: readonly Layer[], key: string): RecordCell | undefined {
  for (const layer of layers) {
    const cell = layer.cell(key);
    if (cell !== undefined) return cell;
  }
  return undefined;
}

type Reads = {
  readonly [Method in "get" | "scan" | "search" | "hits" | "records"]: (
    ...args: Parameters<ReadModelStore[Method]>
  ) => Awaited<ReturnType<ReadModelStore[Method]>>;
};

/** The reads of a store whose content is in layers, newest first. */
export function readLayers(layers: () => readonly Layer[]): Reads {
  const search: Reads["search"] = (words, { after, limit }) => {
    const found: string[] = [];
    if (words.length === 0 || limit < 1) return found;
    const all = layers();
    const sources = all.map((layer) => layer.hits(words, after));
    const own = sources.map((source, at) => currentHits(source, all.slice(0, at)));
    for (const key of mergeSorted(own, compareText)) {
      found.push(key);
      if (found.length >= limit) break;
    }
    return found;
  };
  return {
    get: (key) => {
      const json = findCell(layers(), key)?.json;
      return json === undefined ? undefined : (JSON.parse(json) as JsonValue);
    },
    scan: (index, range) => {
      const found: IndexEntry[] = [];
      if (range.limit < 1) return found;
      for (const { value, key, removed } of mergeEntries(layers(), index, range)) {
        if (removed) continue;
        found.push({ value, key });
        if (found.length >= range.limit) break;
      }
      return found;
    },
    search,
    hits: (words, most) => search(words, { limit: most }),
    records: ({ after, limit }) => {
      const found: { key: string; record: JsonValue }[] = [];
      if (limit < 1) return found;
      for (const { key, json } of mergeCells(layers(), after)) {
        if (json === undefined) continue;
        found.push({ key, record: JSON.parse(json) as JsonValue });
        if (found.length >= limit) break;
      }
      return found;
    },
  };
}

/** Hits in a layer whose record no newer layer speaks of. */
function* currentHits(hits: Iterator<string>, newer: readonly Layer[]): Generator<string> {
  for (let hit = hits.next(); hit.done !== true; hit = hits.next()) {
    if (findCell(newer, hit.value) === undefined) yield hit.value;
  }
}
