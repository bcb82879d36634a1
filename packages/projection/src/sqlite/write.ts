import { entriesInOrder, indexNamesOf, type Put } from "../layers/bulk.js";
import { toCell } from "../layers/layer.js";
import { compareText } from "../layers/order.js";
import { type Change, type IndexValue, type StoredRecord } from "../store.js";
import { encodeText, encodeValue, encodeWord } from "./encoding.js";
import { badContent } from "./errors.js";
import { type SqlValue, type Statement } from "./load.js";
import { textTable } from "./schema.js";

type Sql = (text: string) => Statement;

/** Rows that one statement adds to an index: a row by itself costs twice as much. */
const ROWS = 32;

/**
 * Writes changes of different keys, each table in its own order: of many changes, a page of the file is written once, and of
 * a model made anew each page is full. Index entries that stay are not touched.
 */
export function writeChanges(sql: Sql, id: number, changes: readonly Change[], fullText: boolean): void {
  const keys = new Map(changes.map(({ key }) => [key, encodeText(key)]));
  const written = new Map<string, Put>();
  for (const change of changes.toSorted((a, b) => compareText(a.key, b.key))) {
    const put = writeRecord(sql, id, change, keys.get(change.key)!, fullText);
    if (put !== undefined) written.set(change.key, put);
  }
  // In the order of the log again, in which most indexes are nearly sorted.
  const puts = changes.flatMap(({ key }) => written.get(key) ?? []);
  const entry = "entry (projection, name, value, key) VALUES";
  const one = sql(`INSERT OR IGNORE INTO ${entry} (?, ?, ?, ?)`);
  const many = `INSERT OR IGNORE INTO ${entry} ${Array.from({ length: ROWS }, () => "(?, ?, ?, ?)").join(", ")}`;
  for (const name of [...indexNamesOf(puts)].sort(compareText)) {
    let rows: SqlValue[][] = [];
    for (const { value, key, removed } of entriesInOrder(puts, name)) {
      const row = [id, name, encodeValue(value), keys.get(key)!];
      if (removed) sql("DELETE FROM entry WHERE projection = ? AND name = ? AND value = ? AND key = ?").run(...row);
      else if (rows.push(row) === ROWS) {
        sql(many).run(...rows.flat());
        rows = [];
      }
    }
    for (const row of rows) one.run(...row);
  }
}

/** Writes a record and its words. What was there and what is now; undefined when that is nothing. */
function writeRecord(sql: Sql, id: number, change: Change, key: Buffer, fullText: boolean): Put | undefined {
  const cell = toCell(change);
  const known = sql("SELECT row, entries FROM record WHERE projection = ? AND key = ?").get(id, key);
  const old =
    known === undefined ? undefined : { ...cell, json: undefined, indexes: parseIndexes(known["entries"] as string) };
  if (cell.json === undefined) {
    if (known === undefined) return undefined;
    sql("DELETE FROM record WHERE row = ?").run(known["row"]!);
    if (fullText) sql(`DELETE FROM ${textTable(id)} WHERE rowid = ?`).run(known["row"]!);
    return { cell, old };
  }
  const indexes = JSON.stringify(cell.indexes);
  let row = known?.["row"];
  if (row === undefined) {
    const insert = sql("INSERT INTO record (projection, key, json, entries) VALUES (?, ?, ?, ?)");
    row = insert.run(id, key, cell.json, indexes).lastInsertRowid;
  } else {
    sql("UPDATE record SET json = ?, entries = ? WHERE row = ?").run(cell.json, indexes, row);
  }
  if (fullText) {
    const words = "words" in change ? (change.words ?? []).map(encodeWord).join(" ") : "";
    sql(`INSERT OR REPLACE INTO ${textTable(id)} (rowid, words) VALUES (?, ?)`).run(row, words);
  }
  return { cell, old };
}

function parseIndexes(text: string): StoredRecord["indexes"] {
  let indexes: unknown;
  try {
    indexes = JSON.parse(text);
  } catch {
    throw badContent();
  }
  const isValue = (value: unknown): value is IndexValue =>
    Array.isArray(value) && value.every((part) => typeof part === "string");
  const areValues = (values: unknown): boolean => Array.isArray(values) && values.every(isValue);
  const isObject = typeof indexes === "object" && indexes !== null && !Array.isArray(indexes);
  if (!isObject || !Object.values(indexes as object).every(areValues)) throw badContent();
  return indexes as StoredRecord["indexes"];
}
