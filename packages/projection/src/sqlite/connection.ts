import { dirname } from "node:path";
import { type Disk, makePrivateDirectory } from "@agentlog/durable-fs";
import { agentlogError, toIoError } from "@agentlog/types";
import { type Problem } from "../problem.js";
import { fileAt, setAside } from "../set-aside.js";
import { isBusy, isDamage, toSqlError } from "./errors.js";
import { type Database, loadSqlite } from "./load.js";
import { prepareSchema } from "./schema.js";

/** An open database, and the file it is. */
export interface Connection {
  readonly db: Database;
  /** Whether its file still is the one at its path. */
  isCurrent(): boolean;
}

export interface ConnectOptions {
  readonly disk: Disk;
  readonly path: string;
  readonly onProblem: ((problem: Problem) => void) | undefined;
}

const BUSY_TIMEOUT_MS = 5_000;
const PAUSE = new Int32Array(new SharedArrayBuffer(4));

/**
 * Opens the database, made when it is missing. What is no database of this kind is set aside. The file is never opened by
 * anything but SQLite: closing another descriptor of it would take SQLite's locks away, for that is how POSIX locks are.
 *
 * Throws `UNSAFE_PATH` for a symbolic link or another user's file, `IO_ERROR`.
 */
export function connect(options: ConnectOptions): Connection {
  const { disk, path } = options;
  makePrivateDirectory(dirname(path), { disk, durable: false });
  for (const end = performance.now() + BUSY_TIMEOUT_MS; ; Atomics.wait(PAUSE, 0, 0, 5)) {
    let before: string | undefined;
    try {
      before = inspect(options);
      return open(options);
    } catch (error) {
      if (isDamage(error)) setAsideDatabase(options, before, "cannot be read");
      else if (!isBusy(error) || performance.now() > end) throw toSqlError(error, path, "opening a read model");
    }
  }
}

/** Moves a damaged database and its journals away, unless another process has done so and made a new one. */
export function setAsideDatabase(options: ConnectOptions, damaged: string | undefined, reason: string): void {
  const { disk, path, onProblem } = options;
  if (damaged === undefined || fileAt(disk, path) !== damaged) return;
  setAside(disk, path, reason, onProblem, [`${path}-wal`, `${path}-shm`, `${path}-journal`]);
}

/** Refuses what is not ours, moves away what is no file, and takes the rights of others from what is there. */
function inspect({ disk, path, onProblem }: ConnectOptions): string | undefined {
  try {
    for (const file of [path, `${path}-wal`, `${path}-shm`]) {
      const stats = disk.lstatSync(file, { throwIfNoEntry: false });
      if (stats === undefined) continue;
      if (stats.isSymbolicLink()) throw unsafe(file, "is a symbolic link", "remove it");
      const user = process.geteuid?.();
      if (user !== undefined && stats.uid !== user)
        throw unsafe(file, "belongs to another user", "move it out of the way");
      if (!stats.isFile()) setAside(disk, file, "is not a file", onProblem);
      else if (user !== undefined && (stats.mode & 0o777) !== 0o600) disk.chmodSync(file, 0o600);
    }
    return fileAt(disk, path);
  } catch (error) {
    throw toIoError(error, path, "opening a read model");
  }
}

function unsafe(path: string, reason: string, advice: string): Error {
  return agentlogError("UNSAFE_PATH", `${path} ${reason}; ${advice}`, { path, reason });
}

function open(options: ConnectOptions): Connection {
  const { disk, path } = options;
  const sqlite = loadSqlite();
  if (sqlite === undefined) {
    throw agentlogError(
      "USAGE",
      `this Node (${process.version}) has no SQLite; use a file store, or Node 22.13 or newer`,
      {
        hint: "fileStore",
      },
    );
  }
  const isNew = fileAt(disk, path) === undefined;
  const db = new sqlite.DatabaseSync(path);
  try {
    // Before the journals are made: they take the mode of the database.
    if (isNew && process.geteuid !== undefined) disk.chmodSync(path, 0o600);
    db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; PRAGMA synchronous = NORMAL; PRAGMA trusted_schema = OFF`);
    if (db.prepare("PRAGMA journal_mode").get()?.["journal_mode"] !== "wal") db.exec("PRAGMA journal_mode = WAL");
    if (!prepareSchema(db)) {
      db.close();
      setAsideDatabase(options, fileAt(disk, path), "has tables of another version");
      return open(options);
    }
    const opened = fileAt(disk, path);
    return { db, isCurrent: () => fileAt(disk, path) === opened };
  } catch (error) {
    closeQuietly(db);
    throw error;
  }
}

export function closeQuietly(db: Database): void {
  try {
    db.close();
  } catch {
    // Closed already: the first error is the one to report.
  }
}
