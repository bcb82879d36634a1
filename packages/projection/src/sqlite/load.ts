/** The part of Node's `node:sqlite` that is used here. */
export interface SqliteModule {
  readonly DatabaseSync: new (path: string) => Database;
}

export interface Database {
  exec(sql: string): void;
  prepare(sql: string): Statement;
  close(): void;
}

export type SqlValue = string | number | bigint | Uint8Array | null;
export type Row = Readonly<Record<string, SqlValue>>;

export interface Statement {
  get(...values: readonly SqlValue[]): Row | undefined;
  all(...values: readonly SqlValue[]): readonly Row[];
  run(...values: readonly SqlValue[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint };
}

type EmitWarning = typeof process.emitWarning;

let loaded: { readonly module: SqliteModule | undefined } | undefined;

/**
 * Node's SQLite, or undefined where this Node has none (before 22.13 it needs a flag). Loaded on first use. Node 22 and 24
 * warn that it is experimental: that one warning is kept from the terminal, in the very moment of loading and not longer.
 */
export function loadSqlite(): SqliteModule | undefined {
  loaded ??= { module: withoutWarning(() => process.getBuiltinModule?.("node:sqlite") as SqliteModule | undefined) };
  return loaded.module;
}

function withoutWarning<Result>(run: () => Result): Result {
  const emitWarning = process.emitWarning;
  const filtered = (...args: Parameters<EmitWarning>): void => {
    const [warning, kind] = args as readonly unknown[];
    const isOurs = kind === "ExperimentalWarning" && typeof warning === "string" && warning.startsWith("SQLite ");
    if (!isOurs) Reflect.apply(emitWarning, process, args);
  };
  process.emitWarning = filtered as EmitWarning;
  try {
    return run();
  } finally {
    process.emitWarning = emitWarning;
  }
}
