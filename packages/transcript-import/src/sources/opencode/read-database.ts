import { stat } from "node:fs/promises";
import { agentlogError } from "@agentlog/types";
import { loadSqlite, SQLITE_NODE, sqliteErrorCode } from "../../files/sqlite.js";
import { isSqliteFile, openDatabase, type ReadDatabase } from "./database/open.js";
import { openTableSession, sessionIds } from "./database/sessions.js";
import { findTables, type Tables } from "./database/tables.js";
import { type StoredSession } from "./stored.js";
import { type SessionStep, walkSession } from "./walk.js";

/** A step, and whose it is. */
export interface OwnedStep {
  readonly stored: StoredSession | undefined;
  readonly step: SessionStep | { readonly kind: "foreign" };
}

/**
 * All sessions of a database, one after the other. What cannot be read because the database is damaged is a bad record;
 * rejects with `LOCK_TIMEOUT` when somebody has it for himself.
 */
export async function* readDatabase(path: string, signal: AbortSignal | undefined): AsyncGenerator<OwnedStep> {
  const sqlite = loadSqlite();
  if (sqlite === undefined) {
    const message = `${path} is a SQLite database: Node ${SQLITE_NODE} or newer can read it`;
    throw agentlogError("UNSAFE_PATH", message, { path, reason: `needs Node ${SQLITE_NODE} or newer` });
  }
  if (!(await isSqliteFile(path))) return yield foreign;
  const { mtimeMs } = await stat(path);
  let database: ReadDatabase | undefined;
  try {
    database = await openDatabase(sqlite, path);
    const found = list(database);
    if (found === undefined) return yield foreign;
    for (const id of found.ids) {
      signal?.throwIfAborted();
      yield* readSession(database, found.tables, id, { path, fallbackMs: mtimeMs, signal });
    }
  } catch (error) {
    yield { stored: undefined, step: badStep(error, "database") };
  } finally {
    database?.close();
  }
}

const foreign: OwnedStep = { stored: undefined, step: { kind: "foreign" } };

function list(database: ReadDatabase): { readonly tables: Tables; readonly ids: readonly string[] } | undefined {
  const tables = findTables(database);
  return tables === undefined ? undefined : { tables, ids: sessionIds(database, tables) };
}

/** Damage is most often in few pages: the other sessions may be whole. */
async function* readSession(
  database: ReadDatabase,
  tables: Tables,
  id: string,
  options: Parameters<typeof walkSession>[1],
): AsyncGenerator<OwnedStep> {
  try {
    const stored = openTableSession(database, tables, id);
    if (stored === undefined) return;
    for await (const step of walkSession(stored, options)) yield { stored, step };
  } catch (error) {
    yield { stored: undefined, step: badStep(error, "session") };
  }
}

const [CORRUPT, NOT_A_DATABASE] = [11, 26];

function badStep(error: unknown, name: string): SessionStep {
  const code = sqliteErrorCode(error);
  if (code === undefined) throw error;
  const damaged = code === CORRUPT || code === NOT_A_DATABASE;
  return { kind: "bad", bytes: 0, reason: damaged ? `damaged: ${name}` : `sqlite-error-${code}: ${name}` };
}
