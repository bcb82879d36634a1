import { type JsonValue } from "@agentlog/types";
import { boundsToSql } from "./range.js";
import { samePosition, toPosition } from "../position.js";
import { type Change, type FoldPosition, type IndexEntry, type IndexRange, type ReadModelSpec } from "../store.js";
import { decodeText, decodeValue, encodeText, encodeWord } from "./encoding.js";
import { badContent } from "./errors.js";
import { type Database, type SqlValue, type Statement } from "./load.js";
import { createTextTable, rollBack, textTable } from "./schema.js";
import { writeChanges } from "./write.js";

/** One projection's part of an open database. */
export interface SqliteModel {
  position(): FoldPosition | undefined;
  get(key: string): JsonValue | undefined;
  scan(index: string, range: IndexRange): readonly IndexEntry[];
  search(words: readonly string[], page: { readonly after?: string; readonly limit: number }): readonly string[];
  hits(words: readonly string[], most: number): readonly string[];
  records(page: {
    readonly after?: string;
    readonly limit: number;
  }): readonly { readonly key: string; readonly record: JsonValue }[];
  commit(changes: readonly Change[], from: FoldPosition | undefined, to: FoldPosition): boolean;
  clear(): void;
}

export function createSqliteModel(db: Database, spec: ReadModelSpec): SqliteModel {
  const statements = new Map<string, Statement>();
  const sql = (text: string): Statement => {
    const known = statements.get(text) ?? db.prepare(text);
    statements.set(text, known);
    return known;
  };

  /** One transaction that writes; SQLite waits for other writers up to the busy timeout. */
  const write = <Result>(run: () => Result): Result => {
    db.exec("BEGIN IMMEDIATE");
    try {
      const result = run();
      db.exec("COMMIT");
      return result;
    } catch (error) {
      rollBack(db);
      throw error;
    }
  };

  /** Looked for each time: another process may have cleared it and made it again. */
  const find = (): number | undefined => {
    const row = sql("SELECT id FROM projection WHERE name = ? AND version = ?").get(spec.name, spec.version);
    return row?.["id"] as number | undefined;
  };

  const make = (): number => {
    const older = sql("SELECT id FROM projection WHERE name = ? AND version < ?").all(spec.name, spec.version);
    for (const { id } of older) drop(id as number);
    const { lastInsertRowid } = sql("INSERT INTO projection (name, version) VALUES (?, ?)").run(
      spec.name,
      spec.version,
    );
    const made = Number(lastInsertRowid);
    if (spec.fullText) createTextTable(db, made);
    return made;
  };

  const position = (): FoldPosition | undefined => {
    const row = sql("SELECT position FROM projection WHERE name = ? AND version = ?").get(spec.name, spec.version);
    const text = row?.["position"];
    if (text === undefined || text === null) return undefined;
    const found = toPosition(parse(text));
    if (found === undefined) throw badContent();
    return found;
  };

  const drop = (id: number): void => {
    for (const table of ["record", "entry"]) sql(`DELETE FROM ${table} WHERE projection = ?`).run(id);
    db.exec(`DROP TABLE IF EXISTS ${textTable(id)}`);
    sql("DELETE FROM projection WHERE id = ?").run(id);
    // The statements of a table that is gone by now.
    statements.clear();
  };

  return {
    position,
    get: (key) => {
      const mine = "SELECT id FROM projection WHERE name = ? AND version = ?";
      const text = `SELECT json FROM record WHERE projection = (${mine}) AND key = ?`;
      const row = sql(text).get(spec.name, spec.version, encodeText(key));
      return row === undefined ? undefined : parse(row["json"]);
    },
    scan: (index, range) => {
      if (range.limit < 1) return [];
      const { where, order, values } = boundsToSql(range);
      const text = `SELECT value, key FROM entry WHERE projection = ? AND name = ? AND ${where} ORDER BY ${order} LIMIT ?`;
      const rows = sql(text).all(find() ?? -1, index, ...values, range.limit);
      return rows.map(({ value, key }) => ({
        value: decodeValue(value as Uint8Array),
        key: decodeText(key as Uint8Array),
      }));
    },
    hits: (words, most) => {
      const id = find();
      if (id === undefined || !spec.fullText || words.length === 0 || most < 1) return [];
      const rows = `SELECT rowid FROM ${textTable(id)} WHERE ${textTable(id)} MATCH ? LIMIT ?`;
      return sql(`SELECT key FROM record WHERE row IN (${rows})`)
        .all(toQuery(words), most)
        .map(({ key }) => decodeText(key as Uint8Array));
    },
    search: (words, { after, limit }) => {
      const id = find();
      if (id === undefined || !spec.fullText || words.length === 0 || limit < 1) return [];
      const query = toQuery(words);
      const rest = after === undefined ? "" : "AND key > ?";
      // CROSS JOIN: the words first. Left to itself, SQLite asks for them once for each record behind `after`.
      const text = `SELECT key FROM ${textTable(id)} t CROSS JOIN record ON row = t.rowid
        WHERE ${textTable(id)} MATCH ? AND projection = ? ${rest} ORDER BY key LIMIT ?`;
      const values = after === undefined ? [query, id, limit] : [query, id, encodeText(after), limit];
      return sql(text)
        .all(...values)
        .map(({ key }) => decodeText(key as Uint8Array));
    },
    records: ({ after, limit }) => {
      if (limit < 1) return [];
      const where = after === undefined ? "" : "AND key > ?";
      const text = `SELECT key, json FROM record WHERE projection = ? ${where} ORDER BY key LIMIT ?`;
      const values = after === undefined ? [limit] : [encodeText(after), limit];
      const rows = sql(text).all(find() ?? -1, ...values);
      return rows.map(({ key, json }) => ({ key: decodeText(key as Uint8Array), record: parse(json) }));
    },
    commit: (changes, from, to) =>
      write(() => {
        if (!samePosition(position(), from)) return false;
        const id = find() ?? make();
        writeChanges(sql, id, changes, spec.fullText);
        sql("UPDATE projection SET position = ? WHERE id = ?").run(JSON.stringify(to), id);
        return true;
      }),
    clear: () => {
      // Asked for when answers look wrong: nothing is built anew on pages that contradict each other.
      if (db.prepare("PRAGMA integrity_check(1)").get()?.["integrity_check"] !== "ok") throw badContent();
      write(() => {
        const id = find();
        if (id !== undefined) drop(id);
      });
    },
  };
}

function parse(text: SqlValue | undefined): JsonValue {
  try {
    return JSON.parse(text as string) as JsonValue;
  } catch {
    throw badContent();
  }
}

/** Records that have a word beginning with each of these. */
function toQuery(words: readonly string[]): string {
  return words.map((word) => `"${encodeWord(word)}"*`).join(" AND ");
}
