import { type JsonValue } from "@agentlog/types";
import { type Change, type IndexEntry, type IndexValue } from "../store.js";
import { type Bounds } from "./order.js";

/** What one layer says of a key: the record's JSON text, or that it was removed. */
export interface RecordCell {
  readonly key: string;
  /** Undefined: removed. */
  readonly json: string | undefined;
  /** Each index that has it, with its values there, in no order but without duplicates. */
  readonly indexes: Readonly<Record<string, readonly IndexValue[]>>;
  /** Its words, each after a space; empty when it is not searched. */
  readonly words: string;
}

/** What one layer says of an entry of an index. */
export interface EntryCell extends IndexEntry {
  readonly removed: boolean;
}

/** Part of a read model, sorted. The layers of a store lie on each other: what a newer one says hides what older ones say. */
export interface Layer {
  /** Undefined when it says nothing about the key. */
  cell(key: string): RecordCell | undefined;
  /** Cells in the order of keys, those after `after`. */
  cells(after: string | undefined): Iterator<RecordCell>;
  entries(index: string, bounds: Bounds, reverse: boolean): Iterator<EntryCell>;
  /** Keys of its own records that have all the words, in order. */
  hits(words: readonly string[], after: string | undefined): Iterator<string>;
}

/** The cell of a change. */
export function toCell(change: Change): RecordCell {
  const { key } = change;
  if (change.record === undefined || !("indexes" in change)) return { key, json: undefined, indexes: {}, words: "" };
  const words = change.words?.map((word) => ` ${word}`).join("") ?? "";
  return { key, json: JSON.stringify(change.record satisfies JsonValue), indexes: change.indexes, words };
}

/** Every entry a cell has in the indexes. */
export function* entriesOf(cell: RecordCell | undefined): Generator<readonly [index: string, entry: IndexEntry]> {
  if (cell === undefined) return;
  for (const [index, values] of Object.entries(cell.indexes)) {
    for (const value of values) yield [index, { value, key: cell.key }];
  }
}

/** Whether a cell's words have, for each of the words, one that begins with it. */
export function hasWords(cellWords: string, words: readonly string[]): boolean {
  return words.every((word) => cellWords.includes(` ${word}`));
}
