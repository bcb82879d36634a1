import { type ReadDatabase } from "./open.js";

/** Which of OpenCode's tables a database has. */
export interface Tables {
  /** Those with sessions, the newer one last. */
  readonly sessions: readonly string[];
  /** `message` and `part`: version 1. */
  readonly hasOld: boolean;
  /** `session_message`: version 2. */
  readonly hasNew: boolean;
  readonly hasTodo: boolean;
}

/** OpenCode's tables; undefined when the database is somebody else's. Views do not count: they may be endless. */
export function findTables(database: ReadDatabase): Tables | undefined {
  const columns = (table: string): ReadonlySet<string> =>
    new Set(
      database
        .all(
          "SELECT c.name AS name FROM sqlite_master AS t, pragma_table_info(t.name) AS c WHERE t.type = 'table' AND t.name = ? AND t.sql NOT LIKE 'CREATE VIRTUAL%'",
          table,
        )
        .map(({ name }) => String(name)),
    );
  const has = (table: string, ...needed: readonly string[]): boolean => {
    const found = columns(table);
    return needed.every((column) => found.has(column));
  };
  const sessions = ["session", "session_v2"].filter((table) => has(table, "id", "directory", "time_created"));
  const hasOld = has("message", "id", "session_id", "time_created", "data") && has("part", "id", "message_id", "data");
  const hasNew = has("session_message", "id", "session_id", "type", "seq", "data");
  if (sessions.length === 0 || (!hasOld && !hasNew)) return undefined;
  return { sessions, hasOld, hasNew, hasTodo: has("todo", "session_id", "content", "status", "priority", "position") };
}
