/**
 * The fields each error carries, by its code. An error is told by its code, never by its class or its message, so that
 * two copies of a package in one program cannot break a catch.
 */
export interface ErrorFields {
  /** The lock was not free within the wait. `holder` says who has it, as far as it can be known. */
  LOCK_TIMEOUT: { path: string; holder: string | undefined; waitedMs: number };
  /** The lock was taken away while it was held; nothing was written under it afterwards. */
  LOCK_LOST: { path: string };
  /** `expectedSeq` did not match; nothing was written. `actual` is the last sequence number, -1 for an empty log. */
  SEQ_CONFLICT: { path: string; expected: number; actual: number };
  /** One line is over the limit, in bytes; nothing was written. */
  EVENT_TOO_LARGE: { bytes: number; limit: number };
  /** One batch is over the format's limits; nothing was written. */
  BATCH_TOO_LARGE: { events: number; bytes: number };
  /** An event is no JSON, nests too deep, or its schema refuses it. `index` is its place in the batch. */
  INVALID_EVENT: { index: number; issues: readonly string[] };
  /** A sync failed: what was written last may or may not survive a power loss. The writer takes no more events. */
  DURABILITY_UNKNOWN: { path: string };
  /** The file has content, and none of it is an event log's. */
  NOT_A_LOG: { path: string };
  /** The file was deleted, shortened, or replaced by another log while it was open. */
  LOG_REPLACED: { path: string };
  /** A strict read met damage. */
  LOG_DAMAGED: { path: string; kind: string; line: number; offset: number };
  /** A blob named by an event is missing or is not what its hash says. */
  BLOB_DAMAGED: { path: string };
  /** A path is a symbolic link, no regular file, another user's, or leads out of its folder. */
  UNSAFE_PATH: { path: string; reason: string };
  /** An operating-system call failed. `errno` is its code, such as `ENOSPC`. */
  IO_ERROR: { path: string; errno: string; syscall: string };
  /** No store root can be decided. */
  NO_STORE: { tried: readonly string[] };
  /** The store was made by a version this one cannot read. */
  STORE_FORMAT: { path: string; found: string; supported: number };
  /** The document has another version than the one the caller knew; nothing was written. `actual` is 0 for none. */
  VERSION_CONFLICT: { path: string; key: string; expected: number; actual: number };
  /** A stored document cannot be read. It is left as it is, and kept aside when the next save replaces it. */
  CORRUPT_SNAPSHOT: { path: string; key: string; reason: string };
  /** A projection's `evolve` threw at an event, and the caller chose to stop there. */
  PROJECTION_FAILED: { projection: string; seq: number };
  /** The parent descends from the child; nothing was written. */
  PARENT_CYCLE: { child: string; parent: string };
  /** Another session has that alias; nothing was written. */
  ALIAS_TAKEN: { alias: string; session: string };
  /** An agent's settings file cannot be understood; it is left as it is. */
  INVALID_SETTINGS: { path: string; reason: string };
  /** Nothing with that id. */
  NOT_FOUND: { what: string; id: string };
  /** A prefix fits more than one id; `matches` has at most 10 of them, `total` their number. */
  AMBIGUOUS_ID: { prefix: string; matches: readonly string[]; total: number };
  /** A string is no id of that kind. */
  INVALID_ID: { what: string; id: string };
  /** The handle was closed before. */
  CLOSED: { what: string };
  /** The caller's words are off. */
  USAGE: { hint: string | undefined };
  /** Our bug. */
  INTERNAL: object;
}

/** Every code an agentlog package throws with. */
export type ErrorCode = keyof ErrorFields;

/** What every error has, whatever its code. */
export interface AgentlogErrorBase<C extends ErrorCode> extends Error {
  readonly name: "AgentlogError";
  readonly code: C;
}

/** An error of these packages: a discriminated union over `code`, with that code's fields on the error itself. */
export type AgentlogError<C extends ErrorCode = ErrorCode> = C extends ErrorCode
  ? AgentlogErrorBase<C> & Readonly<ErrorFields[C]>
  : never;

/**
 * What went wrong in general. The command line maps it to its exit code:
 * `no` 1 (the answer is no), `usage` 2, `io` 3 (disk or lock), `bug` 70.
 */
export type ErrorFamily = "no" | "usage" | "io" | "bug";

const FAMILIES: { readonly [C in ErrorCode]: ErrorFamily } = {
  LOCK_TIMEOUT: "io",
  LOCK_LOST: "io",
  SEQ_CONFLICT: "no",
  EVENT_TOO_LARGE: "usage",
  BATCH_TOO_LARGE: "usage",
  INVALID_EVENT: "usage",
  DURABILITY_UNKNOWN: "io",
  NOT_A_LOG: "io",
  LOG_REPLACED: "io",
  LOG_DAMAGED: "no",
  BLOB_DAMAGED: "no",
  UNSAFE_PATH: "io",
  IO_ERROR: "io",
  NO_STORE: "io",
  STORE_FORMAT: "io",
  VERSION_CONFLICT: "no",
  CORRUPT_SNAPSHOT: "no",
  PROJECTION_FAILED: "no",
  PARENT_CYCLE: "no",
  ALIAS_TAKEN: "no",
  INVALID_SETTINGS: "no",
  NOT_FOUND: "no",
  AMBIGUOUS_ID: "no",
  INVALID_ID: "usage",
  CLOSED: "bug",
  USAGE: "usage",
  INTERNAL: "bug",
};

/** All codes. */
export const ERROR_CODES = Object.keys(FAMILIES) as readonly ErrorCode[];

/**
 * Makes an error with a code and that code's fields. The message says in one line what happened, to which file, and what
 * to do; it never holds an event's content.
 */
export function agentlogError<C extends ErrorCode>(
  code: C,
  message: string,
  fields: ErrorFields[C],
  options?: { readonly cause?: unknown },
): AgentlogError<C> {
  const error = new Error(message, options);
  error.name = "AgentlogError";
  return Object.assign(error, fields, { code }) as unknown as AgentlogError<C>;
}

/** True for an error of these packages; with a code, true for that code alone, and the error's fields are then typed. */
export function isAgentlogError(error: unknown): error is AgentlogError;
export function isAgentlogError<C extends ErrorCode>(error: unknown, code: C): error is AgentlogError<C>;
export function isAgentlogError(error: unknown, code?: ErrorCode): boolean {
  if (!(error instanceof Error) || error.name !== "AgentlogError") return false;
  const found = (error as { code?: unknown }).code;
  return code === undefined ? typeof found === "string" && Object.hasOwn(FAMILIES, found) : found === code;
}

/** The family of a code. */
export function errorFamily(code: ErrorCode): ErrorFamily {
  return FAMILIES[code];
}

/** Wraps what the operating system threw into an `IO_ERROR` that names the file; any other error passes through. */
export function toIoError(error: unknown, path: string, doing: string): Error {
  if (!(error instanceof Error) || isAgentlogError(error)) return error as Error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  const hint = HINTS[code] ?? "check the path and its permissions";
  return agentlogError(
    "IO_ERROR",
    `${doing} failed: ${code} at ${path}; ${hint}`,
    { path, errno: code, syscall: syscall ?? "unknown" },
    { cause: error },
  );
}

const HINTS: { readonly [errno: string]: string } = {
  ENOSPC: "the disk is full: free some space and try again",
  EDQUOT: "your disk quota is used up: free some space and try again",
  EROFS: "the file system is read-only",
  EACCES: "you have no permission for it",
  EPERM: "you have no permission for it",
  EISDIR: "a directory stands where a file should be",
  ENOTDIR: "a file stands where a directory should be",
  EMFILE: "too many files are open: raise the limit (ulimit -n)",
  EFBIG: "the file-size limit is reached (ulimit -f)",
  ELOOP: "a symbolic link stands where a file should be",
};
