import { type JsonObject, toNativeSessionId } from "@agentlog/types";
import { type SqliteRow } from "../../../files/sqlite.js";
import { defined } from "../../../records/fields.js";
import { inOrder, type StoredSession } from "../stored.js";
import { toMs } from "../time.js";
import { todoState } from "../tree/states.js";
import { idCell, jsonCell, parsedCell, textCell } from "./cells.js";
import { newMessages } from "./new-messages.js";
import { oldMessages } from "./old-messages.js";
import { type ReadDatabase } from "./open.js";
import { type Tables } from "./tables.js";

/** The ids of all sessions, oldest first. */
export function sessionIds(database: ReadDatabase, tables: Tables): readonly string[] {
  const found = new Map<string, number | undefined>();
  for (const table of tables.sessions) {
    for (const row of database.all(`SELECT id, time_created AS ms FROM ${table}`)) {
      const id = idCell(row, "id");
      if (id !== undefined) found.set(id, toMs(timeValue(row, "ms")));
    }
  }
  return inOrder([...found].map(([id, ms]) => ({ id, ms }))).map(({ id }) => id);
}

/**
 * One session; undefined when it was deleted meanwhile. Version 2 copied the sessions of version 1 into its own tables and
 * left the old ones as they were, so a session may be in both, and so may its messages, under the same ids. Its head is
 * the newer one. A message that is in the old tables is read from there: they say more, and events that an earlier
 * import made from them, or from the JSON tree, keep their ids.
 */
export function openTableSession(database: ReadDatabase, tables: Tables, id: string): StoredSession | undefined {
  // The newer table is named last.
  const rows = tables.sessions.flatMap((table) => database.all(`SELECT * FROM ${table} WHERE id = ?`, id));
  const row = rows.at(-1);
  if (row === undefined) return undefined;
  return {
    native: toNativeSessionId(id),
    head: headOf(id, row),
    bytes: 0,
    messages: async () => {
      const old = tables.hasOld ? oldMessages(database, id) : [];
      // Before there was `session_v2`, the table of new messages was being tried out beside the old one.
      const isNew = tables.hasNew && (old.length === 0 || tables.sessions.includes("session_v2"));
      return [...old, ...(isNew ? newMessages(database, id, tables.hasOld) : [])];
    },
    states: async () => {
      if (!tables.hasTodo) return [];
      const list = database
        .all("SELECT content, status, priority FROM todo WHERE session_id = ? ORDER BY position", id)
        .map((todo) => Object.fromEntries(Object.entries(todo).map(([name, value]) => [name, jsonCell(value)])));
      return list.length === 0 ? [] : [{ kind: "ok", value: todoState(list), bytes: 0 }];
    },
  };
}

/** A row in the words of the JSON tree. */
function headOf(id: string, row: SqliteRow): JsonObject {
  return defined<JsonObject>({
    id,
    projectID: textCell(row, "project_id"),
    workspaceID: textCell(row, "workspace_id"),
    parentID: textCell(row, "parent_id"),
    forkSessionID: textCell(row, "fork_session_id"),
    forkBoundary: parsedCell(row, "fork_boundary"),
    slug: textCell(row, "slug"),
    directory: textCell(row, "directory"),
    path: textCell(row, "path"),
    title: textCell(row, "title"),
    version: textCell(row, "version"),
    model: parsedCell(row, "model"),
    revert: parsedCell(row, "revert"),
    time: defined<JsonObject>({
      created: jsonCell(row["time_created"]),
      updated: jsonCell(row["time_updated"]),
    }),
  });
}

function timeValue(row: SqliteRow, column: string): string | number | undefined {
  const value = jsonCell(row[column]);
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}
