import path from "node:path";
import { createDirectoryLock, nodeDisk, openSpool } from "@agentlog/durable-fs";
import { agentlogError, toIoError } from "@agentlog/types";
import { type Damage, LOG_START } from "./acceptance.js";
import { type BlobStore, createBlobStore } from "./blobs.js";
import { createCommit } from "./commit.js";
import {
  type Appended,
  type AppendOptions,
  type EventLog,
  type EventLogOptions,
  type Spooled,
  type Stored,
  type StoredEntry,
} from "./contract.js";
import { createSyncer, type Syncer } from "./durability.js";
import { followEntries, type FollowOptions } from "./follow.js";
import { MAX_BATCH_BYTES, MAX_BATCH_LINES, MAX_LINE_BYTES } from "./format.js";
import { createGroupCommit } from "./group-commit.js";
import { lineBytes } from "./line.js";
import { OWN_FIELDS_BYTES } from "./encode.js";
import { ensureFolder, openForRead } from "./log-file.js";
import { openCursor } from "./cursor.js";
import { type AppendOutcome, type PendingAppend, type PendingEvent } from "./pending.js";
import { oneByOne } from "./one-by-one.js";
import { createPrepare, type NewLogEvent } from "./prepare.js";
import { readPieces, type ReadOptions } from "./read.js";
import { repairLog } from "./repair.js";
import { createSpoolAdoption } from "./spooling.js";
import { type LogHead, verifyLog } from "./verify.js";
import { createWritableLog } from "./writable-log.js";

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

function resultOf(
  { id }: PendingEvent,
  index: number,
  outcome: Exclude<AppendOutcome, { readonly kind: "failed" }>,
): Appended | Spooled {
  return outcome.kind === "spooled"
    ? { status: "spooled", id }
    : { status: "appended", id, seq: outcome.firstSeq + index };
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
    redact: options.redact as ((event: NewLogEvent) => NewLogEvent) | undefined,
    maxEventBytes: Math.min(options.maxEventBytes ?? MEGABYTE, LARGEST_EVENT_BYTES),
    spill: options.oversize === "spill" ? blobs.put : undefined,
  });
  const group = createGroupCommit({
    path: file,
    lock,
    commit: createCommit(disk, file, log),
    readAhead: log.readAhead,
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

  const start = (events: readonly Event[]): readonly PendingEvent[] => {
    if (closed) throw agentlogError("CLOSED", `the log ${file} is closed; open it again to append`, { what: file });
    syncer.assertSound();
    const pending = events.length === 1 ? [prepare(events[0]!, 0)] : events.map(prepare);
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
    return pending;
  };

  const pendingAppend = (
    events: readonly PendingEvent[],
    appendOptions: AppendOptions | undefined,
    settle: PendingAppend["settle"],
  ): PendingAppend => ({
    events,
    expectedSeq: appendOptions?.expectedSeq,
    since: performance.now(),
    outcome: undefined,
    settle,
  });

  const append = (event: Event, appendOptions?: AppendOptions): Promise<Appended | Spooled> =>
    new Promise((resolve, reject) => {
      const events = start([event]);
      const settle = (outcome: AppendOutcome): void => {
        if (outcome.kind === "failed") reject(outcome.error);
        else resolve(resultOf(events[0]!, 0, outcome));
      };
      group.add(pendingAppend(events, appendOptions, settle));
    });

  const appendMany = (events: readonly Event[], appendOptions?: AppendOptions): Promise<(Appended | Spooled)[]> =>
    new Promise((resolve, reject) => {
      const pending = start(events);
      const settle = (outcome: AppendOutcome): void => {
        if (outcome.kind === "failed") reject(outcome.error);
        else resolve(pending.map((event, index) => resultOf(event, index, outcome)));
      };
      if (pending.length === 0) resolve([]);
      else group.add(pendingAppend(pending, appendOptions, settle));
    });

  const appendSync = (event: Event, appendOptions?: AppendOptions): Appended | Spooled => {
    const events = start([event]);
    let settled: AppendOutcome | undefined;
    group.addSync(pendingAppend(events, appendOptions, (outcome) => (settled = outcome)));
    if (settled === undefined) throw agentlogError("INTERNAL", `an append to ${file} ended without an outcome`, {});
    if (settled.kind === "failed") throw settled.error;
    return resultOf(events[0]!, 0, settled);
  };

  const readWith = <Item>(readOptions: ReadOptions, itemOf: (entry: StoredEntry<Event>) => Item): AsyncIterable<Item> =>
    oneByOne(
      readPieces(disk, file, readOptions),
      (entry) => itemOf(entry as StoredEntry<Event>),
      () => readOptions.signal?.aborted === true,
    );

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
      lock.close();
    }
  };

  return {
    path: file,
    append,
    appendMany,
    appendSync,
    read: (readOptions = {}) => readWith(readOptions, ({ event }) => event),
    entries: (readOptions = {}) => readWith(readOptions, (entry) => entry),
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
