import { agentlogError, toIoError } from "@agentlog/types";

/** SQLite's own codes, without what extends them. */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

const NAMES: { readonly [code: number]: string } = {
  [BUSY]: "SQLITE_BUSY",
  [LOCKED]: "SQLITE_LOCKED",
  [READONLY]: "SQLITE_READONLY",
  10: "SQLITE_IOERR",
  13: "SQLITE_FULL",
  14: "SQLITE_CANTOPEN",
};

function codeOf(error: unknown): number | undefined {
  const { code, errcode } = error as { readonly code?: unknown; readonly errcode?: unknown };
  return code === "ERR_SQLITE_ERROR" && typeof errcode === "number" ? errcode & 0xff : undefined;
}

/** What is in the database cannot be trusted: it is damaged, no database, or not as its tables were made. */
export function isDamage(error: unknown): boolean {
  const code = codeOf(error);
  if (code === CORRUPT || code === NOT_A_DATABASE) return true;
  // "no such table": half of what was made is missing.
  return (
    (code === 1 && error instanceof Error && /no such (?:table|column)/.test(error.message)) || isBadContent(error)
  );
}

const BAD_CONTENT = Symbol("content of a read model that cannot be read");

/** An error for content that is no content of ours. */
export function badContent(): Error {
  return Object.assign(new Error("content of a read model that cannot be read"), { [BAD_CONTENT]: true });
}

function isBadContent(error: unknown): boolean {
  return typeof error === "object" && error !== null && BAD_CONTENT in error;
}

/** SQLite may only read the database: the disk says so, or a byte of its header that was changed. */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error) === READONLY;
}

/** Another process has the database, for longer than was waited. */
export function isBusy(error: unknown): boolean {
  const code = codeOf(error);
  return code === BUSY || code === LOCKED;
}

/** An error of SQLite as an `IO_ERROR` that names the file; any other error passes through. */
export function toSqlError(error: unknown, path: string, doing: string): Error {
  const code = codeOf(error);
  if (code === undefined) return toIoError(error, path, doing);
  const errno = NAMES[code] ?? `SQLITE_${code}`;
  const advice = isBusy(error) ? "another process has it: try again" : "check the disk and the path's permissions";
  return agentlogError(
    "IO_ERROR",
    `${doing} failed: ${errno} at ${path}; ${advice}`,
    { path, errno, syscall: "sqlite" },
    { cause: error },
  );
}
