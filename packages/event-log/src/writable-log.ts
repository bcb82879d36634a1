import { type Disk } from "@agentlog/durable-fs";
import { type AgentlogError, isAgentlogError } from "@agentlog/types";
import { type Entry, type LogPosition } from "./acceptance.js";
import { createCursor, type Cursor, openCursor } from "./cursor.js";
import { locate } from "./locate.js";
import { type LogFile, logReplaced, openForAppend } from "./log-file.js";
import { finishSwap } from "./repair-swap.js";

/** The log as its writer sees it: an open file, and a cursor that is at its end after each `catchUp`. */
export interface WritableLog {
  /**
   * Opens the file on first use, reads what others appended, follows the path when a repair has put another file there.
   * Returns the size. Throws `LOG_REPLACED`, `NOT_A_LOG`, `UNSAFE_PATH`.
   */
  catchUp(onAccept?: (entry: Entry) => void): number;
  /**
   * The same without the lock, where much is new: a writer that comes back after a million events of others would read them
   * under the lock, for seconds, and all others would wait. What is wrong is left for `catchUp` to say.
   */
  readAhead(): void;
  /** The descriptor, once the file is open. */
  readonly fd: number | undefined;
  /** Valid after `catchUp`. */
  readonly file: LogFile;
  readonly cursor: Cursor;
  close(): void;
}

/** Read in less than a millisecond. */
const MUCH_BYTES = 64 * 1024;

export function createWritableLog(options: {
  readonly disk: Disk;
  readonly path: string;
  /** Whether the file's existence must survive a power loss. */
  readonly sync: boolean;
  /** Closes a file that another has replaced, once nobody syncs it any more. */
  readonly retire: (file: LogFile) => void;
}): WritableLog {
  const { disk, path, sync } = options;
  let open: { readonly file: LogFile; readonly cursor: Cursor } | undefined;

  let replaced: AgentlogError<"LOG_REPLACED"> | undefined;

  /** Opens the file that is at the path; a repair may put another there at any moment, also at this one. */
  const openNow = (): { readonly file: LogFile; readonly size: number } => {
    for (;;) {
      finishSwap(disk, path);
      const file = openForAppend(disk, path, sync);
      const size = file.size();
      if (size !== undefined) return { file, size };
      file.close();
      if (disk.lstatSync(path, { throwIfNoEntry: false }) === undefined)
        throw logReplaced(path, "was moved or deleted");
    }
  };

  const first = (): { file: LogFile; cursor: Cursor } => {
    const { file, size } = openNow();
    try {
      return { file, cursor: openCursor(disk, file.fd, path, size) };
    } catch (error) {
      file.close();
      throw error;
    }
  };

  /** A repair renames a new file over the log. It holds everything accepted so far, or it is not the same log. */
  const reopen = (
    known: LogPosition,
    onAccept: ((entry: Entry) => void) | undefined,
  ): { file: LogFile; cursor: Cursor } => {
    if (disk.lstatSync(path, { throwIfNoEntry: false }) === undefined) throw logReplaced(path, "was moved or deleted");
    const { file, size } = openNow();
    try {
      const from = locate(disk, file.fd, size, known.seq);
      const cursor = createCursor(disk, file.fd, from);
      let same = known.seq === -1 || (from.seq === known.seq && from.hash === known.hash);
      cursor.advance(size, (entry) => {
        if (entry.event.seq === known.seq) same = cursor.position.hash === known.hash;
        if (entry.event.seq > known.seq) onAccept?.(entry);
      });
      if (!same) throw logReplaced(path, "was replaced by another log");
      return { file, cursor };
    } catch (error) {
      file.close();
      throw error;
    }
  };

  const opened = (): { file: LogFile; cursor: Cursor } => {
    if (open === undefined) throw new Error("catchUp comes first");
    return open;
  };

  const catchUp = (onAccept: ((entry: Entry) => void) | undefined): number => {
    open ??= first();
    let size = open.file.size();
    while (size === undefined) {
      const old = open;
      open = reopen(old.cursor.position, onAccept);
      options.retire(old.file);
      size = open.file.size();
    }
    if (size < open.cursor.offset) throw logReplaced(path, "became shorter");
    if (!open.cursor.advance(size, onAccept)) throw logReplaced(path, "was overwritten");
    return size;
  };

  return {
    readAhead: () => {
      if (open === undefined || replaced !== undefined) return;
      const size = open.file.size();
      if (size === undefined || size - open.cursor.offset < MUCH_BYTES) return;
      if (!open.cursor.advance(size)) replaced = logReplaced(path, "was overwritten");
    },
    catchUp: (onAccept) => {
      if (replaced !== undefined) throw replaced;
      try {
        return catchUp(onAccept);
      } catch (error) {
        // What this handle knows is of a log that is gone: it must not go on in the one that is there now.
        if (isAgentlogError(error, "LOG_REPLACED")) replaced = error;
        throw error;
      }
    },
    get fd() {
      return open?.file.fd;
    },
    get file() {
      return opened().file;
    },
    get cursor() {
      return opened().cursor;
    },
    close: () => {
      open?.file.close();
      open = undefined;
    },
  };
}
