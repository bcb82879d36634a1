import { type WorkEvent } from "../events.js";
import { type EventStore, parseEvent } from "./event-store.js";

/**
 * Node's own SQLite. better-sqlite3 is left out: it builds natively for most of a minute, and took as long for an event
 * where both were measured (38.5 against 39.2 µs). The settings are those of SQLite's own page on WAL mode
 * (sqlite.org/wal.html): `journal_mode=WAL` with `synchronous=NORMAL`, which survives the process and not always the power, as
 * durability `os` does; FULL adds a sync to each commit, as `disk` does. The table has no index but its row id, which is the
 * cheapest there can be; statements are prepared once; the timeout is what lets processes wait for each other.
 */
export function nodeSqlite(file: string, synchronous: "NORMAL" | "FULL", perTransaction = 1): EventStore {
  const database = openDatabase(file, synchronous);
  const insert = database.prepare("INSERT INTO events (body) VALUES (?)");
  return {
    append: (events) => {
      if (perTransaction === 1) {
        for (const event of events) insert.run(JSON.stringify(event));
        return;
      }
      for (let start = 0; start < events.length; start += perTransaction) {
        database.exec("BEGIN IMMEDIATE");
        for (const event of events.slice(start, start + perTransaction)) insert.run(JSON.stringify(event));
        database.exec("COMMIT");
      }
    },
    stored: () => {
      const again = openDatabase(file, synchronous);
      const ids = new Set<string>();
      for (const { body } of again.prepare("SELECT body FROM events").iterate()) ids.add(parseEvent(body).id);
      again.close();
      return ids.size;
    },
    close: () => database.close(),
  };
}

/** Appends as a process among others: waits for its turn inside of SQLite. */
export function nodeSqliteAppender(file: string): (event: WorkEvent) => void {
  const insert = openDatabase(file, "NORMAL").prepare("INSERT INTO events (body) VALUES (?)");
  return (event) => insert.run(JSON.stringify(event));
}

export const hasNodeSqlite = (): boolean => sqlite() !== undefined;

interface Statement {
  run(...values: readonly string[]): unknown;
  iterate(): Iterable<{ readonly body: string }>;
}

interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

/** Not in the types of the oldest Node that is supported. */
function sqlite(): { readonly DatabaseSync: new (file: string, options: { timeout: number }) => Database } | undefined {
  return process.getBuiltinModule?.("node:sqlite") as ReturnType<typeof sqlite>;
}

function openDatabase(file: string, synchronous: "NORMAL" | "FULL"): Database {
  const module = sqlite();
  if (module === undefined) throw new Error(`Node ${process.version} has no SQLite`);
  const database = new module.DatabaseSync(file, { timeout: 30_000 });
  database.exec("PRAGMA journal_mode = WAL");
  database.exec(`PRAGMA synchronous = ${synchronous}`);
  database.exec("CREATE TABLE IF NOT EXISTS events (seq INTEGER PRIMARY KEY, body TEXT NOT NULL)");
  return database;
}
