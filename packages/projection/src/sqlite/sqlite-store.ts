import { type Disk, nodeDisk } from "@agentlog/durable-fs";
import { agentlogError } from "@agentlog/types";
import { fileAt } from "../set-aside.js";
import { type OpenReadModelStore } from "../store.js";
import { closeQuietly, connect, type Connection, setAsideDatabase } from "./connection.js";
import { isDamage, isReadOnly, toSqlError } from "./errors.js";
import { loadSqlite } from "./load.js";
import { createSqliteModel, type SqliteModel } from "./model.js";

export interface SqliteStoreOptions {
  /** The database file; any number of projections and processes share it. Its folder is made, mode 0700, when missing. */
  readonly path: string;
  /** Default: Node's `fs`. What SQLite itself reads and writes does not go through it. */
  readonly disk?: Disk | undefined;
}

/** Whether this Node has SQLite without a flag: 22.13 and newer. */
export function hasSqlite(): boolean {
  return loadSqlite() !== undefined;
}

/**
 * Read models in one SQLite database, through Node's own `node:sqlite`. Each commit is one transaction. A database that
 * cannot be read is set aside and made anew. Reads and commits throw `IO_ERROR` for what the disk refuses and for a lock
 * that is not free within 5 seconds, `UNSAFE_PATH` for a file that is not ours; `USAGE` where Node has no SQLite.
 */
export function sqliteStore({ path, disk = nodeDisk }: SqliteStoreOptions): OpenReadModelStore {
  return (spec) => {
    const options = { disk, path, onProblem: spec.onProblem };
    let open: { readonly connection: Connection; readonly model: SqliteModel } | undefined;
    let closed = false;

    const close = (): void => {
      if (open !== undefined) closeQuietly(open.connection.db);
      open = undefined;
    };

    const use = <Result>(doing: string, run: (model: SqliteModel) => Result): Result => {
      if (closed)
        throw agentlogError("CLOSED", `the read model ${spec.name} is closed; open it again`, { what: spec.name });
      for (let attempt = 1; ; attempt++) {
        // What is done to a database that was moved away is nowhere.
        if (open?.connection.isCurrent() === false) close();
        try {
          if (open === undefined) {
            const connection = connect(options);
            open = { connection, model: createSqliteModel(connection.db, spec) };
          }
          return run(open.model);
        } catch (error) {
          const damage = isDamage(error) || (isReadOnly(error) && mayWrite(disk, path));
          if (!damage || attempt === 3) throw toSqlError(error, path, doing);
          const damaged = open?.connection.isCurrent() === true ? fileAt(disk, path) : undefined;
          close();
          setAsideDatabase(options, damaged, "is damaged");
        }
      }
    };

    return {
      position: () => use("reading a read model", (model) => model.position()),
      get: (key) => use("reading a read model", (model) => model.get(key)),
      scan: (index, range) => use("reading a read model", (model) => model.scan(index, range)),
      search: (words, page) => use("reading a read model", (model) => model.search(words, page)),
      hits: (words, most) => use("reading a read model", (model) => model.hits(words, most)),
      records: (page) => use("reading a read model", (model) => model.records(page)),
      commit: (changes, from, to) => use("writing a read model", (model) => model.commit(changes, from, to)),
      clear: () => use("writing a read model", (model) => model.clear()),
      close: () => {
        closed = true;
        close();
      },
    };
  };
}

/** Whether the disk lets us change the file: then it is the file's own header that says otherwise. */
function mayWrite(disk: Disk, path: string): boolean {
  try {
    disk.chmodSync(path, 0o600);
    return true;
  } catch {
    return false;
  }
}
