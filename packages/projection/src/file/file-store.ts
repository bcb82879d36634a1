import { join } from "node:path";
import { type Disk, nodeDisk, toSafeSegment } from "@agentlog/durable-fs";
import { agentlogError, toIoError } from "@agentlog/types";
import { fileAt, setAside } from "../set-aside.js";
import { type OpenReadModelStore } from "../store.js";
import { isDamaged } from "./damage.js";
import { createFileModel, type FileModel } from "./file-model.js";

export interface FileStoreOptions {
  /** A folder of its own; any number of projections and processes share it. Made, mode 0700, when missing. */
  readonly path: string;
  /**
   * Events folded since the last write that make a write worth it: fewer are folded again by the next process. Default
   * 500 while it is in use (four times as many when there is no rest to write in), a tenth of it on `close`.
   */
  readonly flushEvents?: number | undefined;
  /** Default: Node's `fs`. */
  readonly disk?: Disk | undefined;
}

/** A merge up to this size takes some milliseconds: `close` does it, a larger one is left to whoever runs longer. */
const SMALL_MERGE_BYTES = 4 * 1024 * 1024;
/** How long after a commit it is taken for idle. */
const REST_MS = 50;
/** The same after a commit that was a part of a whole log: the next part takes longer to fold than that. */
const REST_BETWEEN_PARTS_MS = 2_000;
/** One commit of so many times `flushEvents` is a part of a whole log. */
const MANY_EVENTS = 16;
/** Unless nobody ever does: each segment makes every lookup a little slower. */
const MANY_SEGMENTS = 8;

/**
 * Read models in sorted JSON-lines files, for any Node. A commit stays in memory and is written with others of its kind, so
 * a process that ends without `close` leaves some events for the next one to fold again. Files that cannot be read are set
 * aside and made anew. Throws `IO_ERROR` and `UNSAFE_PATH` when what is there cannot be reached; what cannot be written is
 * only reported.
 */
export function fileStore({ path, flushEvents = 500, disk = nodeDisk }: FileStoreOptions): OpenReadModelStore {
  return (spec) => {
    const directory = join(path, `${toSafeSegment(spec.name)}.v${spec.version}`);
    let model: FileModel | undefined;
    let resting: NodeJS.Timeout | undefined;
    let merging: Promise<void> | undefined;
    let closed = false;
    let clearing = false;

    const drop = (): void => {
      model?.close();
      model = undefined;
    };

    /** Sets aside what is damaged, unless another process has done so. */
    const putAside = (): void => {
      const isSame = model?.place === undefined || fileAt(disk, directory) === model.place;
      drop();
      if (isSame) setAside(disk, directory, "is damaged", spec.onProblem);
    };

    const use = <Result>(doing: string, run: (model: FileModel) => Result): Result => {
      if (closed)
        throw agentlogError("CLOSED", `the read model ${spec.name} is closed; open it again`, { what: spec.name });
      for (let attempt = 1; ; attempt++) {
        try {
          model ??= createFileModel(disk, directory, spec);
          return run(model);
        } catch (error) {
          if (!isDamaged(error) || attempt === 3) throw toIoError(error, directory, doing);
          putAside();
        }
      }
    };

    /** What cannot be written stays in memory: the caller has its answer, and the log has the events. */
    const write = (run: (model: FileModel) => void): void => {
      try {
        if (model !== undefined) run(model);
      } catch (cause) {
        notWritten(cause);
      }
    };

    const notWritten = (cause: unknown): void => {
      if (isDamaged(cause)) return; // the next read meets it, and sets it aside
      const message = `the read model ${directory} could not be written; its events will be folded again`;
      spec.onProblem?.({ kind: "not-written", message, path: directory, cause });
    };

    const mergeAll = async (open: FileModel): Promise<void> => {
      const isOver = (): boolean => closed || clearing || open !== model;
      while (!isOver() && (await open.merge(Number.POSITIVE_INFINITY, isOver)));
    };

    /** Not while a caller waits [PR-2], and not in a process that ends with its answer. */
    const rest = (ms: number): void => {
      resting ??= setTimeout(() => {
        resting = undefined;
        if (closed) return;
        write((open) => {
          if (open.ahead >= flushEvents) open.flush();
          merging ??= mergeAll(open)
            .catch(notWritten)
            .finally(() => (merging = undefined));
        });
      }, ms).unref();
    };

    return {
      position: () => use("reading a read model", (open) => open.position()),
      get: (key) => use("reading a read model", (open) => open.get(key)),
      scan: (index, range) => use("reading a read model", (open) => open.scan(index, range)),
      search: (words, page) => use("reading a read model", (open) => open.search(words, page)),
      hits: (words, most) => use("reading a read model", (open) => open.hits(words, most)),
      records: (page) => use("reading a read model", (open) => open.records(page)),
      commit: (changes, from, to) => {
        const isCommitted = use("writing a read model", (open) => open.commit(changes, from, to));
        const ahead = model?.ahead ?? 0;
        if (ahead >= 4 * flushEvents) write((open) => open.flush());
        const isPart = ahead >= MANY_EVENTS * flushEvents;
        if (isPart) {
          clearTimeout(resting);
          resting = undefined;
        }
        if (ahead >= flushEvents) rest(isPart ? REST_BETWEEN_PARTS_MS : REST_MS);
        return isCommitted;
      },
      clear: async () => {
        clearing = true;
        try {
          await merging;
          await use("writing a read model", (open) => open.clear());
        } catch (error) {
          if (!isDamaged(error)) throw toIoError(error, directory, "writing a read model");
          putAside();
        } finally {
          clearing = false;
        }
      },
      close: async () => {
        if (closed) return;
        closed = true;
        clearTimeout(resting);
        await merging;
        write((open) => {
          if (open.ahead >= flushEvents / 10) open.flush();
        });
        const limit = (model?.segments ?? 0) > MANY_SEGMENTS ? Number.POSITIVE_INFINITY : SMALL_MERGE_BYTES;
        await model?.merge(limit, () => false).catch(notWritten);
        drop();
      },
    };
  };
}
