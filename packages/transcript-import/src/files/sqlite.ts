/** What comes out of a column. Whole numbers come as `bigint`, because a column may hold more than a number can. */
export type SqliteValue = null | number | bigint | string | Uint8Array;

export type SqliteRow = Readonly<Record<string, SqliteValue>>;

export interface SqliteStatement {
  all(...values: readonly SqliteValue[]): readonly SqliteRow[];
  setReadBigInts(enabled: boolean): void;
}

export interface SqliteDatabase {
  exec(sql: string): void;
  prepare(sql: string): SqliteStatement;
  close(): void;
}

/** The part of `node:sqlite` that reading needs; the types of the oldest supported Node do not have it yet. */
export interface Sqlite {
  readonly DatabaseSync: new (
    path: string | URL,
    options: { readonly readOnly: true; readonly timeout: number },
  ) => SqliteDatabase;
}

/** The first Node that can open a database in a way that leaves nothing beside it (`immutable`, by URL). */
export const SQLITE_NODE = "22.15";

let loaded: Sqlite | undefined;

/** Node's own SQLite, loaded when first asked for; undefined where this Node has none that is good enough. */
export function loadSqlite(): Sqlite | undefined {
  loaded ??= hasSqlite(process.versions.node) ? quietly(() => process.getBuiltinModule("node:sqlite")) : undefined;
  return loaded;
}

/** True for the versions of Node whose SQLite can read without leaving a trace. */
export function hasSqlite(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > 23 || (major === 23 && minor >= 10) || (major === 22 && minor >= 15);
}

/**
 * Loading warns that SQLite is experimental, and there is no other way to keep that off somebody's terminal. All of it
 * happens before this returns, so no other warning can get lost.
 */
function quietly(load: () => object | undefined): Sqlite | undefined {
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error, ...rest: readonly unknown[]): void => {
    if (!String(warning).startsWith("SQLite is an experimental feature")) {
      Reflect.apply(emitWarning, process, [warning, ...rest]);
    }
  };
  try {
    return load() as Sqlite | undefined;
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** SQLite's own number for an error (`SQLITE_BUSY` is 5), without its extension; undefined for any other error. */
export function sqliteErrorCode(error: unknown): number | undefined {
  const { code, errcode } = (error ?? {}) as { code?: unknown; errcode?: unknown };
  return code === "ERR_SQLITE_ERROR" && typeof errcode === "number" ? errcode & 0xff : undefined;
}
