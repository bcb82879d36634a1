import { type Disk, type Lock } from "@agentlog/durable-fs";
import { type StandardSchemaV1 } from "@standard-schema/spec";
import { type Damage, type Entry } from "./acceptance.js";
import { type Durability } from "./durability.js";
import { type FollowOptions } from "./follow.js";
import { type StoredEvent } from "./line.js";
import { type NewLogEvent } from "./prepare.js";
import { type ReadOptions } from "./read.js";
import { type RepairOptions, type RepairReport } from "./repair.js";
import { type LogHead, type VerifyOptions, type VerifyReport } from "./verify.js";

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
  /**
   * Gets a copy of each event before anything of it is judged, serialized, spooled or spilled, and returns what may be
   * kept; it may change the copy. One that throws, or answers anything but an event, is `INVALID_EVENT`: nothing is appended.
   */
  readonly redact?: (event: Event) => NewLogEvent;
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
