import { createRequire } from "node:module";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentlogError } from "@agentlog/types";
import { afterAll, describe, it } from "vitest";
import { defineSnapshotStore, pageOf, type SnapshotCore, type SnapshotEntry } from "./index.js";
import { snapshotConformance } from "./testing/index.js";

/** As much of `node:sqlite` as is used: the types of the oldest supported Node do not have it. */
interface Sqlite {
  readonly DatabaseSync: new (file: string) => Database;
}
interface Database {
  exec(sql: string): void;
  prepare(sql: string): {
    get(...values: readonly unknown[]): unknown;
    all(): unknown;
    run(...values: readonly unknown[]): { readonly changes: number | bigint };
  };
  close(): void;
}

/** Undefined before Node 22.13. */
function loadSqlite(): Sqlite | undefined {
  try {
    return createRequire(import.meta.url)("node:sqlite") as Sqlite;
  } catch {
    return undefined;
  }
}

const sqlite = loadSqlite();
const dir = mkdtempSync(join(tmpdir(), "agentlog-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Row {
  readonly version: number;
  readonly time: string;
  readonly owner: string | null;
  readonly json: string;
}

/** A whole adapter: the optional methods are left to their defaults, and keys are kept as UTF-16 to be exact. */
function sqliteCore({ DatabaseSync }: Sqlite, file: string): SnapshotCore {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL");
  db.exec("CREATE TABLE IF NOT EXISTS d (key BLOB PRIMARY KEY, version INTEGER, time TEXT, owner TEXT, json TEXT)");
  const bytesOf = (key: string): Uint8Array => Buffer.from(key, "utf16le");
  const find = (key: string): Row | undefined =>
    db.prepare("SELECT * FROM d WHERE key = ?").get(bytesOf(key)) as Row | undefined;
  const entryOf = (key: string, { version, time, owner, json }: Row): SnapshotEntry => ({
    key,
    version,
    time,
    owner: owner ?? undefined,
    bytes: Buffer.byteLength(json),
  });
  const assertVersion = (key: string, expected: number | undefined): number => {
    const actual = find(key)?.version ?? 0;
    if (expected === undefined || expected === actual) return actual;
    throw agentlogError("VERSION_CONFLICT", `version ${actual} is there`, { path: file, key, expected, actual });
  };
  const inTransaction = <R>(work: () => R): R => {
    db.exec("BEGIN IMMEDIATE");
    try {
      const result = work();
      db.exec("COMMIT");
      return result;
    } catch (error) {
      db.exec("ROLLBACK");
      throw error;
    }
  };
  return {
    supports: { shared: true, durable: "process", versions: 1, ownerIndex: true },
    locate: () => file,
    save: async (key, { json, time, owner, ifVersion }) =>
      inTransaction(() => {
        const row: Row = { version: assertVersion(key, ifVersion) + 1, time, owner: owner ?? null, json };
        db.prepare("REPLACE INTO d VALUES (?, ?, ?, ?, ?)").run(bytesOf(key), row.version, time, row.owner, json);
        return entryOf(key, row);
      }),
    load: async (key, version) => {
      const row = find(key);
      if (row === undefined || (version !== undefined && version !== row.version)) return undefined;
      return { ...entryOf(key, row), document: JSON.parse(row.json) as unknown };
    },
    delete: async (key, ifVersion) =>
      inTransaction(() => {
        assertVersion(key, ifVersion);
        return Number(db.prepare("DELETE FROM d WHERE key = ?").run(bytesOf(key)).changes) === 1;
      }),
    list: async (options) => {
      const rows = db.prepare("SELECT * FROM d").all() as (Row & { readonly key: Uint8Array })[];
      const entries = rows.map((row) => entryOf(Buffer.from(row.key).toString("utf16le"), row));
      return { ...pageOf(entries, options), unreadable: [] };
    },
    close: async () => db.close(),
  };
}

describe.skipIf(sqlite === undefined)("a database behind the port (needs node:sqlite)", () => {
  const cases = snapshotConformance((name, options) =>
    defineSnapshotStore(sqliteCore(sqlite!, join(dir, `${name}.db`)), options),
  );
  for (const { name, run } of cases) it(name, run);
});
