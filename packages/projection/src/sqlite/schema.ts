import { type Database } from "./load.js";

/** Raised with each change of the tables: a database of another number is set aside. */
export const SCHEMA_VERSION = 2;

/**
 * One database for all projections of a store. Index entries are the key of their own table, so that a stretch of an index
 * is one stretch of the file; a record has its entries beside it, as JSON, so that they can be removed without being looked for.
 */
const TABLES = `
CREATE TABLE projection (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  position TEXT,
  UNIQUE (name, version)
);
CREATE TABLE record (
  row INTEGER PRIMARY KEY,
  projection INTEGER NOT NULL,
  key BLOB NOT NULL,
  json TEXT NOT NULL,
  entries TEXT NOT NULL,
  UNIQUE (projection, key)
);
CREATE TABLE entry (
  projection INTEGER NOT NULL,
  name TEXT NOT NULL,
  value BLOB NOT NULL,
  key BLOB NOT NULL,
  PRIMARY KEY (projection, name, value, key)
) WITHOUT ROWID;
PRAGMA user_version = ${SCHEMA_VERSION};
`;

/** Makes the tables where there are none. False when there are others. */
export function prepareSchema(db: Database): boolean {
  const version = (): unknown => db.prepare("PRAGMA user_version").get()?.["user_version"];
  if (version() === SCHEMA_VERSION) return true;
  db.exec("BEGIN IMMEDIATE");
  try {
    const isEmpty = db.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
    if (isEmpty) db.exec(TABLES);
    db.exec("COMMIT");
    return version() === SCHEMA_VERSION;
  } catch (error) {
    rollBack(db);
    throw error;
  }
}

/** The full-text table of one projection: words without their text. Words are plain ASCII, see `encodeWord`. */
export function textTable(projection: number): string {
  return `words_${projection}`;
}

export function createTextTable(db: Database, projection: number): void {
  db.exec(
    `CREATE VIRTUAL TABLE IF NOT EXISTS ${textTable(projection)} USING fts5(
      words, content='', contentless_delete=1, detail=none, tokenize='ascii', prefix='2 3')`,
  );
}

/** Takes a transaction back on the way out of a failure, where a second error would only hide the first. */
export function rollBack(db: Database): void {
  try {
    db.exec("ROLLBACK");
  } catch {
    // SQLite has rolled it back itself.
  }
}
