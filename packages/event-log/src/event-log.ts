import path from "node:path";
import { createDirectoryLock, type Disk, type Lock, nodeDisk, openSpool } from "@agentlog/durable-fs";
import { agentlogError, toIoError } from "@agentlog/types";
import { type StandardSchemaV1 } from "@standard-schema/spec";
import { type Damage, type Entry, LOG_START } from "./acceptance.js";
import { type BlobStore, createBlobStore } from "./blobs.js";
import { createCommit } from "./commit.js";
import { createSyncer, type Durability, type Syncer } from "./durability.js";
import { followEntries, type FollowOptions } from "./follow.js";
import { MAX_BATCH_BYTES, MAX_BATCH_LINES, MAX_LINE_BYTES } from "./format.js";
import { createGroupCommit } from "./group-commit.js";
import { lineBytes, type StoredEvent } from "./line.js";
import { OWN_FIELDS_BYTES } from "./encode.js";
import { ensureFolder, openForRead } from "./log-file.js";
import { openCursor } from "./cursor.js";
import { type AppendOutcome, type PendingAppend, type PendingEvent } from "./pending.js";
import { createPrepare, type NewLogEvent } from "./prepare.js";
import { readPieces, type ReadOptions } from "./read.js";
import { repairLog, type RepairOptions, type RepairReport } from "./repair.js";
import { createSpoolAdoption } from "./spooling.js";
import { type LogHead, verifyLog, type VerifyOptions, type VerifyReport } from "./verify.js";
import { createWritableLog } from "./writable-log.js";

/** An event that is in the log. */
export interface Appended {
  readonly status: "appended";
  readonly id: string;
  readonly seq: number;
}

/** An event that is safe in the spool; the next writer that gets the lock gives it its number. */
export interface Spooled {
  readonly status: "spooled";
  readonly id: string;
}

export interface AppendOptions {
  /** [EL-7] Append only if this is the last sequence number (-1 for an empty log), else throw `SEQ_CONFLICT`. */
  readonly expectedSeq?: number;
}

export interface EventLogOptions<Event extends NewLogEvent = NewLogEvent> {
  /** [EL-6] When an append is acknowledged. Default `"os"`. */
  readonly durability?: Durability;
  /** Milliseconds between two syncs of durability `"interval"`. Default 1,000. */
  readonly syncIntervalMs?: number;
  /** [EL-9] Bytes of one event's JSON. Default 1 MiB, at most 15 MiB. */
  readonly maxEventBytes?: number;
  /** [EL-9] What becomes of a larger event: an error, or its `data` goes to a file of its own. Default `"reject"`. */
  readonly oversize?: "reject" | "spill";
  /** Where spilled data goes. Default: `blobs` beside the log. */
  readonly blobDirectory?: string;
  /** [EL-8] Milliseconds to wait for the lock. Default 15,000. */
  readonly lockTimeoutMs?: number;
  /** [EL-8] What becomes of an event whose wait is over: the error `LOCK_TIMEOUT`, or the spool. Default `"reject"`. */
  readonly onLockTimeout?: "reject" | "spool";
  /** Where spooled events wait. Default: the log's path with `.spool` appended. */
  readonly spoolDirectory?: string;
  /** Where `repair` puts what does not count. Default: `quarantine` beside the log. */
  readonly quarantineDirectory?: string;
  /** Judges each event before it is appended: zod, valibot, arktype, anything that speaks Standard Schema. */
  readonly schema?: StandardSchemaV1<unknown, Event>;
  /** Default: a directory lock at the log's path with `.lock` appended. */
  readonly lock?: Lock;
  /** Default: Node's `fs`. */
  readonly disk?: Disk;
}

/** What is known without reading the whole log. */
export interface LogStat {
  readonly exists: boolean;
  readonly bytes: number;
  /** -1 when it has no events. */
  readonly lastSeq: number;
}

/** A stored event of a log whose events are `Event`. */
export type Stored<Event extends NewLogEvent> = Event & StoredEvent;

/** An accepted event with its place in the file: byte offsets of its line, the newline included in `end`. */
export interface StoredEntry<Event extends NewLogEvent> extends Entry {
  readonly event: Stored<Event>;
}

/** One append-only JSONL stream. Any number of processes may have it open. */
export interface EventLog<Event extends NewLogEvent = NewLogEvent, Result = Appended> extends AsyncDisposable {
  readonly path: string;
  /**
   * Appends one event; resolves when it is in the log, exactly once, as durably as `durability` says. Throws
   * `INVALID_EVENT`, `EVENT_TOO_LARGE`, `SEQ_CONFLICT`, `LOCK_TIMEOUT`, `DURABILITY_UNKNOWN`, `IO_ERROR`, `NOT_A_LOG`,
   * `LOG_REPLACED`, `UNSAFE_PATH`, `CLOSED`. After all of them but the last sync errors, the event is not in the log.
   */
  append(event: Event, options?: AppendOptions): Promise<Result>;
  /** Appends events with consecutive numbers, all or none. */
  appendMany(events: readonly Event[], options?: AppendOptions): Promise<readonly Result[]>;
  /** The same as `append`, blocking this thread. What was handed to `append` before goes first. */
  appendSync(event: Event, options?: AppendOptions): Result;
  /** [EL-10] Accepted events in order, streamed, without a lock. A log that does not exist yet has none. */
  read(options?: ReadOptions): AsyncIterable<Stored<Event>>;
  /** The same with each event's place in the file. */
  entries(options?: ReadOptions): AsyncIterable<StoredEntry<Event>>;
  /** All events at once, and what does not count. */
  readAll(
    options?: ReadOptions,
  ): Promise<{ readonly events: readonly Stored<Event>[]; readonly damage: readonly Damage[] }>;
  /** [EL-11] The events there are and those to come, each once, until the signal. */
  follow(options?: FollowOptions): AsyncIterable<Stored<Event>>;
  /** The `data` of an event, read back from its blob when it was spilled. Throws `BLOB_DAMAGED`. */
  dataOf(event: StoredEvent): object;
  stat(): LogStat;
  /** The last number and its chain hash: kept elsewhere, it lets `verify` prove the log against it. */
  head(): LogHead;
  verify(options?: VerifyOptions): Promise<VerifyReport>;
  repair(options?: RepairOptions): Promise<RepairReport>;
  /** Waits for pending appends, syncs unless the durability is `"os"`, closes the file. Appends after it throw `CLOSED`. */
  close(): Promise<void>;
}

const EMPTY_HEAD: LogHead = LOG_START;
const MEGABYTE = 1024 * 1024;
const LARGEST_EVENT_BYTES = MAX_LINE_BYTES - MEGABYTE;

function assertBatch(events: readonly PendingEvent[]): void {
  const bytes = events.reduce((sum, event) => sum + lineBytes(event.bytes + OWN_FIELDS_BYTES), 0);
  if (events.length <= MAX_BATCH_LINES && bytes <= MAX_BATCH_BYTES) return;
  throw agentlogError(
    "BATCH_TOO_LARGE",
    `a batch of ${events.length} events and ${bytes} bytes is too large: append at most ${MAX_BATCH_LINES} events and ${MAX_BATCH_BYTES} bytes at once`,
    { events: events.length, bytes },
  );
}

function finish(
  events: readonly PendingEvent[],
  outcome: AppendOutcome,
  resolve: (results: (Appended | Spooled)[]) => void,
  reject: (error: Error) => void,
): void {
  if (outcome.kind === "failed") reject(outcome.error);
  else if (outcome.kind === "spooled") resolve(events.map(({ id }) => ({ status: "spooled", id })));
  else resolve(events.map(({ id }, index) => ({ status: "appended", id, seq: outcome.firstSeq + index })));
}

/**
 * Opens the log at `path`. Nothing is made or read until it is used: the first append makes the file, mode 0600, and its
 * folder, mode 0700.
 */
export function openEventLog<Event extends NewLogEvent = NewLogEvent>(
  path: string,
  options: EventLogOptions<Event> & { readonly onLockTimeout: "spool" },
): EventLog<Event, Appended | Spooled>;
export function openEventLog<Event extends NewLogEvent = NewLogEvent>(
  path: string,
  options?: EventLogOptions<Event>,
): EventLog<Event>;
export function openEventLog<Event extends NewLogEvent>(
  logPath: string,
  options: EventLogOptions<Event> = {},
): EventLog<Event, Appended | Spooled> {
  const { disk = nodeDisk, durability = "os", syncIntervalMs = 1_000, lockTimeoutMs = 15_000 } = options;
  const file = path.resolve(logPath);
  const folder = path.dirname(file);
  const lock = options.lock ?? createDirectoryLock(`${file}.lock`, { disk });
  const spool = openSpool(options.spoolDirectory ?? `${file}.spool`, { disk });
  const blobs: BlobStore = createBlobStore(disk, options.blobDirectory ?? path.join(folder, "blobs"));
  const log = createWritableLog({
    disk,
    path: file,
    sync: durability !== "os",
    retire: (old) => syncer.whenIdle(() => old.close()),
  });
  const syncer: Syncer = createSyncer({
    disk,
    path: file,
    mode: durability,
    intervalMs: syncIntervalMs,
    fd: () => log.fd,
  });
  const adoption = createSpoolAdoption(disk, spool, log, syncer.sync);
  const prepare = createPrepare({
    schema: options.schema,
    maxEventBytes: Math.min(options.maxEventBytes ?? MEGABYTE, LARGEST_EVENT_BYTES),
    spill: options.oversize === "spill" ? blobs.put : undefined,
  });
  const group = createGroupCommit({
    path: file,
    lock,
    commit: createCommit(disk, file, log),
    syncer,
    spool: adoption,
    timeoutMs: lockTimeoutMs,
    onTimeout: (append, error) => {
      if (options.onLockTimeout !== "spool" || append.expectedSeq !== undefined) return { kind: "failed", error };
      try {
        adoption.put(append.events);
        return { kind: "spooled" };
      } catch (spoolError) {
        return { kind: "failed", error: spoolError as Error };
      }
    },
  });
  let closed = false;
  let prepared = false;

  const start = (events: readonly Event[], appendOptions: AppendOptions | undefined): Omit<PendingAppend, "settle"> => {
    if (closed) throw agentlogError("CLOSED", `the log ${file} is closed; open it again to append`, { what: file });
    syncer.assertSound();
    const pending = events.map((event, index) => prepare(event, index));
    assertBatch(pending);
    if (!prepared) {
      try {
        ensureFolder(disk, folder);
        lock.sweep();
      } catch (error) {
        throw toIoError(error, folder, "preparing to append");
      }
      prepared = true;
    }
    return { events: pending, expectedSeq: appendOptions?.expectedSeq, since: performance.now(), outcome: undefined };
  };

  const appendMany = (events: readonly Event[], appendOptions?: AppendOptions): Promise<(Appended | Spooled)[]> =>
    new Promise((resolve, reject) => {
      const append = start(events, appendOptions);
      if (append.events.length === 0) resolve([]);
      else group.add({ ...append, settle: (outcome) => finish(append.events, outcome, resolve, reject) });
    });

  const appendSync = (event: Event, appendOptions?: AppendOptions): Appended | Spooled => {
    const append = start([event], appendOptions);
    let result: Appended | Spooled | undefined;
    let failure: Error | undefined;
    group.addSync({
      ...append,
      settle: (outcome) =>
        finish(
          append.events,
          outcome,
          ([first]) => (result = first),
          (error) => (failure = error),
        ),
    });
    if (failure !== undefined) throw failure;
    if (result === undefined) throw agentlogError("INTERNAL", `an append to ${file} ended without an outcome`, {});
    return result;
  };

  async function* entries(readOptions: ReadOptions = {}): AsyncGenerator<StoredEntry<Event>> {
    for await (const piece of readPieces(disk, file, readOptions)) {
      for (const entry of piece) {
        if (readOptions.signal?.aborted === true) return;
        yield entry as StoredEntry<Event>;
      }
    }
  }

  async function* read(readOptions: ReadOptions = {}): AsyncGenerator<Stored<Event>> {
    for await (const entry of entries(readOptions)) yield entry.event;
  }

  async function* follow(followOptions: FollowOptions = {}): AsyncGenerator<Stored<Event>> {
    for await (const entry of followEntries(disk, file, followOptions)) yield entry.event as Stored<Event>;
  }

  const tail = (): { readonly exists: boolean; readonly bytes: number; readonly head: LogHead } => {
    const opened = openForRead(disk, file);
    if (opened === undefined) return { exists: false, bytes: 0, head: EMPTY_HEAD };
    try {
      const bytes = opened.bytes();
      return { exists: true, bytes, head: openCursor(disk, opened.fd, file, bytes).position };
    } catch (error) {
      throw toIoError(error, file, "reading");
    } finally {
      opened.close();
    }
  };

  const close = async (): Promise<void> => {
    closed = true;
    await group.idle();
    try {
      await syncer.close();
    } finally {
      log.close();
    }
  };

  return {
    path: file,
    append: async (event, appendOptions) => (await appendMany([event], appendOptions))[0]!,
    appendMany,
    appendSync,
    read,
    entries,
    readAll: async (readOptions = {}) => {
      const events: Stored<Event>[] = [];
      const damage: Damage[] = [];
      const onDamage = (found: Damage): void => {
        damage.push(found);
        readOptions.onDamage?.(found);
      };
      for await (const piece of readPieces(disk, file, { ...readOptions, onDamage })) {
        for (const entry of piece) events.push(entry.event as Stored<Event>);
      }
      return { events, damage };
    },
    follow,
    dataOf: ({ data, blob }) => (blob === undefined ? data : (JSON.parse(blobs.get(blob)) as object)),
    stat: () => {
      const { exists, bytes, head } = tail();
      return { exists, bytes, lastSeq: head.seq };
    },
    head: () => tail().head,
    verify: (verifyOptions = {}) => verifyLog(disk, file, verifyOptions),
    repair: ({ dryRun = false } = {}) =>
      repairLog({
        disk,
        path: file,
        lock,
        lockTimeoutMs,
        quarantineDirectory: options.quarantineDirectory ?? path.join(folder, "quarantine"),
        dryRun,
      }),
    close,
    [Symbol.asyncDispose]: close,
  };
}
