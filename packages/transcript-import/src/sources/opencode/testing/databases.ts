import { join } from "node:path";
import { type JsonObject } from "@agentlog/types";
import { loadSqlite } from "../../../files/sqlite.js";
import { OLD_MS, sessionHead } from "./trees.js";

/** A database that may be written. */
export interface Database {
  exec(sql: string): void;
  prepare(sql: string): { run(...values: readonly (string | number | null)[]): unknown };
  close(): void;
}

/** Opens a database for a test to write, as OpenCode does. */
export function writeDatabase(path: string): Database {
  const { DatabaseSync } = loadSqlite() as unknown as { readonly DatabaseSync: new (path: string) => Database };
  const database = new DatabaseSync(path);
  database.exec("PRAGMA journal_mode = WAL");
  return database;
}

const TIMES = "time_created integer NOT NULL, time_updated integer NOT NULL";
const HEAD = `id text PRIMARY KEY, project_id text, parent_id text, slug text, directory text NOT NULL, title text, version text, ${TIMES}`;

/** A new one in a folder. */
export function newDatabase(folder: string, tables: string): { readonly path: string; readonly database: Database } {
  const path = join(folder, "opencode.db");
  const database = writeDatabase(path);
  database.exec(tables);
  return { path, database };
}

/** The tables of version 1. */
export const OLD_TABLES: string = `
  CREATE TABLE session (${HEAD});
  CREATE TABLE message (id text PRIMARY KEY, session_id text NOT NULL, ${TIMES}, data text NOT NULL);
  CREATE TABLE part (id text PRIMARY KEY, message_id text NOT NULL, session_id text NOT NULL, ${TIMES}, data text NOT NULL);
  CREATE TABLE todo (session_id text, content text, status text, priority text, position integer, ${TIMES});`;

/** The tables of version 2. */
export const NEW_TABLES: string = `
  CREATE TABLE session_v2 (${HEAD}, fork_session_id text, fork_boundary text, model text);
  CREATE TABLE session_message (id text PRIMARY KEY, session_id text NOT NULL, type text NOT NULL, seq integer NOT NULL, ${TIMES}, data text NOT NULL);`;

export function addSession(database: Database, table: string, id: string, fields: JsonObject = {}): void {
  const { projectID, directory, title, version } = sessionHead(id);
  const row: JsonObject = { id, project_id: projectID, directory, title, version, ...fields };
  insert(database, table, { ...row, time_created: OLD_MS, time_updated: OLD_MS + 60_000 });
}

export function addMessage(database: Database, session: string, id: string, data: JsonObject): void {
  const ms = (data["time"] as { readonly created: number }).created;
  insert(database, "message", { id, session_id: session, time_created: ms, time_updated: ms, data });
}

export function addPart(database: Database, session: string, message: string, id: string, data: JsonObject): void {
  const about = { id, message_id: message, session_id: session, time_created: 1, time_updated: 1 };
  insert(database, "part", { ...about, data });
}

export function addNew(
  database: Database,
  session: string,
  id: string,
  type: string,
  seq: number,
  data: JsonObject,
): void {
  insert(database, "session_message", { id, session_id: session, type, seq, time_created: 1, time_updated: 1, data });
}

export function insert(database: Database, table: string, row: JsonObject): void {
  const columns = Object.keys(row);
  const values = Object.values(row).map((value) =>
    typeof value === "object" && value !== null ? JSON.stringify(value) : (value as string | number | null),
  );
  const marks = columns.map(() => "?").join(", ");
  database.prepare(`INSERT INTO ${table} (${columns.join(", ")}) VALUES (${marks})`).run(...values);
}
