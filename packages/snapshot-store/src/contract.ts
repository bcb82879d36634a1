import { type AgentlogError } from "@agentlog/types";
import { type StandardSchemaV1 } from "@standard-schema/spec";

/** What is known of a stored document without reading it. */
export interface SnapshotEntry {
  /** As it was given: any string. */
  readonly key: string;
  /** 1 for the first save, one more with each that follows. After a delete it begins at 1 again. */
  readonly version: number;
  /** When it was saved, or what `describe` said: RFC 3339 in UTC with milliseconds. Lists are ordered by it. */
  readonly time: string;
  /** Whose it is; undefined when nobody said. */
  readonly owner: string | undefined;
  /** Length of the document's JSON in bytes. */
  readonly bytes: number;
}

/** A stored document with what is known of it. */
export interface Snapshot<T> extends SnapshotEntry {
  readonly document: T;
}

/** A document that could not be read; it hides no other. */
export interface UnreadableSnapshot {
  /** Undefined when not even that can be told. */
  readonly key: string | undefined;
  readonly path: string;
  readonly error: AgentlogError;
}

export interface ListOptions {
  /** Only this owner's. */
  readonly owner?: string | undefined;
  /** At most this many, from 1. Default: all. */
  readonly limit?: number | undefined;
  /** `next` of the page before: what follows it, whatever was saved since. */
  readonly cursor?: string | undefined;
}

/** A page of a list, newest first, of one time by key. */
export interface SnapshotPage {
  readonly entries: readonly SnapshotEntry[];
  readonly unreadable: readonly UnreadableSnapshot[];
  /** The cursor of the next page; undefined on the last one. */
  readonly next: string | undefined;
}

/** A page of documents. */
export interface SnapshotDocuments<T> {
  readonly snapshots: readonly Snapshot<T>[];
  readonly unreadable: readonly UnreadableSnapshot[];
  readonly next: string | undefined;
}

export interface SaveOptions {
  /** Save only over this version, 0 for none; else `VERSION_CONFLICT` with the actual one, and nothing is written. */
  readonly ifVersion?: number | undefined;
}

export interface LoadOptions {
  /** An older version that was kept. Default: the current one. */
  readonly version?: number | undefined;
}

/** What an implementation can do. A caller that needs a thing asks for it here and not by the implementation's name. */
export interface SnapshotSupport {
  /** Other processes see and respect what is saved. */
  readonly shared: boolean;
  /** A save that returned survives the end of the process; with `"power"` also a power loss. */
  readonly durable: false | "process" | "power";
  /** How many versions are kept, the current one included. */
  readonly versions: number;
  /** `listBy` finds an owner's documents without a look at those of others. */
  readonly ownerIndex: boolean;
}

/** What a change gives back: `undefined` leaves the document as it is. */
export type Change<T, R extends T | undefined> = (
  current: T | undefined,
  entry: SnapshotEntry | undefined,
) => R | Promise<R>;

/**
 * One whole document per key. Every method but `close` throws `CLOSED` after it, `IO_ERROR` and `UNSAFE_PATH` for what the disk
 * refuses; those that write throw `LOCK_TIMEOUT` naming who holds the key, and have then written nothing.
 */
export interface SnapshotStore<T> extends AsyncDisposable {
  readonly supports: SnapshotSupport;
  /**
   * Stores the document in place of what is there, corrupt content included, which is set aside first. Throws
   * `VERSION_CONFLICT`; `USAGE` when the schema refuses the document or it is no JSON; `CORRUPT_SNAPSHOT` when `ifVersion`
   * is asked for and nobody can tell which version is there.
   */
  save(key: string, document: T, options?: SaveOptions): Promise<SnapshotEntry>;
  /** The document, or undefined when there is none. Throws `CORRUPT_SNAPSHOT`, which leaves it as it is. */
  load(key: string, options?: LoadOptions): Promise<Snapshot<T> | undefined>;
  /**
   * Reads, changes and saves with nobody in between. `change` gets undefined for a key without a document, may alter what
   * it gets, and returns what to store. Where `supports.shared` is by versions and not by a lock it may run again.
   * Throws what `load`, `save` and `change` throw; a corrupt document is never changed.
   */
  update<R extends T | undefined>(
    key: string,
    change: Change<T, R>,
  ): Promise<Snapshot<T> | (undefined extends R ? undefined : never)>;
  /** Removes the document and its kept versions; false when there was none. Throws `VERSION_CONFLICT`. */
  delete(key: string, options?: SaveOptions): Promise<boolean>;
  /** Throws `USAGE` for a limit or cursor that is none. */
  list(options?: ListOptions): Promise<SnapshotPage>;
  /** An owner's documents themselves. */
  listBy(owner: string, options?: Omit<ListOptions, "owner">): Promise<SnapshotDocuments<T>>;
  /** The versions that can be loaded, newest first; none for a key without a document. */
  history(key: string): Promise<readonly SnapshotEntry[]>;
  /** Waits for what was begun. Calling it again does nothing. */
  close(): Promise<void>;
}

/** What a caller says of the documents of a store. */
export interface DocumentOptions<T> {
  /**
   * Judges each document on save and load: zod, valibot, arktype, anything that speaks Standard Schema. It judges only: what is stored
   * and returned is the document itself, so that fields it does not know are kept.
   */
  readonly schema?: StandardSchemaV1<unknown, T> | undefined;
  /** Whose a document is and when it was last used. Default: its own `agentId`, and the time of the save. */
  readonly describe?:
    | ((document: T) => { readonly owner?: string | undefined; readonly time?: string | undefined })
    | undefined;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
}
