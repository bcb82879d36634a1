import { type StoredEvent } from "@agentlog/event-log";
import { type JsonValue } from "@agentlog/types";
import { collectionFold } from "./collection-fold.js";
import { type CollectionDefinition } from "./definition.js";
import { type CaughtUp } from "./fold.js";
import { type OpenOptions, type WatchOptions } from "./open-options.js";
import { openReadModelOf } from "./read-model.js";
import { type FoldPosition, type IndexEntry, type IndexRange } from "./store.js";
import { toWords } from "./words.js";

/** A page of keys: those after `after`, at most `limit`. */
export interface Page {
  readonly after?: string;
  readonly limit: number;
}

/**
 * A log's keyed records. Reads answer from what was folded when `catchUp` was last called, by this handle or, through the
 * same store, by another process; the first read catches up by itself. After `close` everything throws `CLOSED`.
 */
export interface Collection<Item extends JsonValue> extends AsyncDisposable {
  /**
   * Folds what the log has got since. When there is nothing new this costs a look at the file. Throws `PROJECTION_FAILED`
   * (with `onBadEvent: "stop"`), `UNSAFE_PATH`, `IO_ERROR`.
   */
  catchUp(): Promise<CaughtUp>;
  get(key: string): Promise<Item | undefined>;
  /** The records of several keys, in their order, as they were at one moment: a third of what as many `get` cost. */
  getAll(keys: readonly string[]): Promise<readonly (Item | undefined)[]>;
  /** Entries of an index, in order. */
  scan(index: string, range: IndexRange): Promise<readonly IndexEntry[]>;
  /**
   * Keys of the records whose text has, for each word of `text`, one that begins with it; in the order of keys. A text
   * without a word finds nothing.
   */
  search(text: string, page: Page): Promise<readonly string[]>;
  /** At most `most` of the keys that `search` would find, in no order; fewer are all there are: rare texts are told from common ones so. */
  hits(text: string, most: number): Promise<readonly string[]>;
  /** All records, in the order of keys. */
  records(page: Page): Promise<readonly { readonly key: string; readonly record: Item }[]>;
  /** Forgets what was kept and folds the whole log. */
  rebuild(): Promise<CaughtUp>;
  /** Catches up whenever the log changes, and tells how far, until the signal or `close`. */
  watch(options?: WatchOptions): AsyncIterable<FoldPosition | undefined>;
  /** How far this handle has folded. */
  readonly position: FoldPosition | undefined;
  /** Writes what a store has kept back, and lets go of it. */
  close(): Promise<void>;
}

/** Opens a collection. Nothing is read until it is used. */
export function openCollection<Item extends JsonValue, Event extends StoredEvent>(
  definition: CollectionDefinition<Item, Event>,
  options: OpenOptions<Event>,
): Collection<Item> {
  const { name, version, indexes, text } = definition;
  const spec = { name, version, indexes: Object.keys(indexes), fullText: text !== undefined };
  const model = openReadModelOf(spec, collectionFold(definition), options);
  type Records = readonly { readonly key: string; readonly record: Item }[];
  return {
    catchUp: model.catchUp,
    get: async (key) => (await model.read((store) => store.get(key))) as Item | undefined,
    getAll: async (keys) =>
      await model.read(async (store) => {
        const items: (Item | undefined)[] = [];
        for (const key of keys) items.push((await store.get(key)) as Item | undefined);
        return items;
      }),
    scan: async (index, range) => await model.read((store) => store.scan(index, range)),
    search: async (query, page) => await model.read((store) => store.search(toWords(query), page)),
    hits: async (query, most) => await model.read((store) => store.hits(toWords(query), most)),
    records: async (page) => (await model.read((store) => store.records(page))) as Records,
    rebuild: model.rebuild,
    watch: model.watch,
    get position() {
      return model.position;
    },
    close: model.close,
    [Symbol.asyncDispose]: model.close,
  };
}
