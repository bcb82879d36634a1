import { lstatSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { agentlogError } from "@agentlog/types";
import { openTranscript } from "../../../files/open.js";
import {
  type Sqlite,
  type SqliteDatabase,
  sqliteErrorCode,
  type SqliteRow,
  type SqliteStatement,
  type SqliteValue,
} from "../../../files/sqlite.js";

/** A database that is only read. Each query is a transaction of its own, so none holds anybody up for long. */
export interface ReadDatabase {
  all(sql: string, ...values: readonly SqliteValue[]): readonly SqliteRow[];
  close(): void;
}

/** How long a query waits for somebody who has the database for himself, in milliseconds. */
const BUSY_MS = 1_000;
const [BUSY, LOCKED, CANTOPEN] = [5, 6, 14];
const HEADER = "SQLite format 3\0";

/** True when the file is a SQLite database by its first bytes. Rejects when it cannot be read. */
export async function isSqliteFile(path: string): Promise<boolean> {
  return (await readHeader(path)).toString("latin1", 0, HEADER.length) === HEADER;
}

/**
 * Opens OpenCode's database without writing to it.
 *
 * - With a write-ahead log beside it, OpenCode may be running: it is read as any other reader does it, which stops no
 *   writer.
 * - Without one, nobody has it open, and an ordinary reader would leave a `-wal` and a `-shm` file behind. So it is opened
 *   `immutable`; and after each query it is looked whether it is still so. When OpenCode was started meanwhile, the
 *   database is opened again, the ordinary way, and asked again.
 * - Where the log cannot be read, because nothing may be written beside it, what the database itself has is read.
 *
 * Queries throw `LOCK_TIMEOUT` when somebody has the database for himself for more than a second.
 */
export async function openDatabase(sqlite: Sqlite, path: string): Promise<ReadDatabase> {
  // Byte 18 is 2 for a database that is written with a write-ahead log.
  const hasLog = (await readHeader(path))[18] === 2;
  const statements = new Map<string, SqliteStatement>();
  let immutable = hasLog && !exists(`${path}-wal`);
  let seen = stampOf(path);
  let database = connect(sqlite, path, immutable);

  const reopen = (asImmutable: boolean): void => {
    statements.clear();
    database.close();
    immutable = asImmutable;
    seen = stampOf(path);
    database = connect(sqlite, path, immutable);
  };

  const query = (sql: string, values: readonly SqliteValue[]): readonly SqliteRow[] => {
    let statement = statements.get(sql);
    if (statement === undefined) {
      statement = database.prepare(sql);
      statement.setReadBigInts(true);
      statements.set(sql, statement);
    }
    return statement.all(...values);
  };

  return {
    all: (sql, ...values) => {
      try {
        const rows = query(sql, values);
        if (!immutable || (stampOf(path) === seen && !exists(`${path}-wal`))) return rows;
        reopen(false);
        return query(sql, values);
      } catch (error) {
        const code = sqliteErrorCode(error);
        if (code === CANTOPEN && hasLog && !immutable) {
          reopen(true);
          return query(sql, values);
        }
        if (code === BUSY || code === LOCKED) throw lockTimeout(path);
        throw error;
      }
    },
    close: () => database.close(),
  };
}

function connect(sqlite: Sqlite, path: string, immutable: boolean): SqliteDatabase {
  const url = pathToFileURL(path);
  if (immutable) url.searchParams.set("immutable", "1");
  const database = new sqlite.DatabaseSync(url, { readOnly: true, timeout: BUSY_MS });
  // The file may be anybody's: what its schema says may not call functions.
  database.exec("PRAGMA trusted_schema = OFF");
  return database;
}

async function readHeader(path: string): Promise<Buffer> {
  const file = await openTranscript(path);
  try {
    const header = Buffer.alloc(100);
    await file.read(header, 0, header.length, 0);
    return header;
  } finally {
    await file.close();
  }
}

function stampOf(path: string): string {
  const { size, mtimeMs, ino } = lstatSync(path);
  return `${ino} ${size} ${mtimeMs}`;
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function lockTimeout(path: string): Error {
  const message = `${path} is locked by the program that writes it; import again when it is idle`;
  return agentlogError("LOCK_TIMEOUT", message, { path, holder: undefined, waitedMs: BUSY_MS });
}
