import { type JsonValue } from "@agentlog/types";
import { type Problem } from "./problem.js";

/** A value now or later: a store in memory or SQLite answers at once, a database server does not. */
export type Awaitable<T> = T | Promise<T>;

/**
 * [PR-1] How far a log has been folded: enough to know whether it still is that log. `offset` is the byte behind the last
 * folded line, where the next one begins; `seq` is -1, `id` and `crc` are empty and `offset` is 0 before the first.
 */
export interface FoldPosition {
  readonly seq: number;
  readonly offset: number;
  readonly id: string;
  readonly crc: string;
}

/** One value of an index: strings compared one after another, by code unit. */
export type IndexValue = readonly string[];

/** What a store is told of one record: its content, and under which values its indexes find it. */
export interface StoredRecord {
  readonly key: string;
  readonly record: JsonValue;
  readonly indexes: Readonly<Record<string, readonly IndexValue[]>>;
  /** Words that full-text search finds it by, already normalised by `toWords`. */
  readonly words?: readonly string[];
}

/** A record to write, or the key of one to remove. */
export type Change = StoredRecord | { readonly key: string; readonly record: undefined };

/** Part of an index: the entries that begin with `prefix`, from `after` on (exclusive), in order or in reverse. */
export interface IndexRange {
  readonly prefix?: IndexValue;
  /** Bounds on the component that follows the prefix: at least, and below. */
  readonly from?: string;
  readonly to?: string;
  readonly reverse?: boolean;
  readonly after?: IndexEntry;
  readonly limit: number;
}

export interface IndexEntry {
  readonly value: IndexValue;
  readonly key: string;
}

/**
 * The read model of one projection, kept anywhere: a file, SQLite, memory, a server. Only a cache of its log, so a store that
 * cannot read what it kept answers `position` with undefined and starts anew. Keys, records and positions are JSON.
 */
export interface ReadModelStore {
  /** The position of what is kept for this projection and version; undefined when there is nothing that can be used. */
  position(): Awaitable<FoldPosition | undefined>;
  get(key: string): Awaitable<JsonValue | undefined>;
  /** Entries of an index in the order of their values, then keys. An unknown index has none. */
  scan(index: string, range: IndexRange): Awaitable<readonly IndexEntry[]>;
  /** Keys of the records that have, for each of the words, one that begins with it; in the order of keys. */
  search(
    words: readonly string[],
    page: { readonly after?: string; readonly limit: number },
  ): Awaitable<readonly string[]>;
  /** At most `most` of the keys that `search` would find, in no order: fewer are all there are. */
  hits(words: readonly string[], most: number): Awaitable<readonly string[]>;
  /** All records in the order of keys. */
  records(page: {
    readonly after?: string;
    readonly limit: number;
  }): Awaitable<readonly { readonly key: string; readonly record: JsonValue }[]>;
  /**
   * [PR-3] Writes changes and the new position, all or none, but only when the kept position is still `from`; false when it is
   * not, because another process was faster: nothing is written then.
   */
  commit(changes: readonly Change[], from: FoldPosition | undefined, to: FoldPosition): Awaitable<boolean>;
  /** Forgets everything kept for this projection. */
  clear(): Awaitable<void>;
  close(): Awaitable<void>;
}

/** What a store must know to keep a projection apart from others and from its own older versions. */
export interface ReadModelSpec {
  readonly name: string;
  readonly version: number;
  /** Names of the indexes. */
  readonly indexes: readonly string[];
  readonly fullText: boolean;
  /** Told of what was set aside. */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
}

/** Opens a place for a projection. */
export type OpenReadModelStore = (spec: ReadModelSpec) => ReadModelStore;
