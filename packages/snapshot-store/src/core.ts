import { type ListOptions, type Snapshot, type SnapshotDocuments, type SnapshotEntry } from "./contract.js";
import { type SnapshotPage, type SnapshotSupport } from "./contract.js";

/** Says what is wrong with a document; undefined when nothing is. */
export type Judge = (document: unknown) => Promise<string | undefined>;

/** A document to store. `json` is what `document` is as JSON. */
export interface Write {
  readonly json: string;
  readonly time: string;
  readonly owner: string | undefined;
  readonly ifVersion?: number | undefined;
  /** For who sets aside what nobody could read before it is replaced. */
  readonly judge: Judge;
}

/**
 * What a place to keep documents must be able to do; `defineSnapshotStore` makes a `SnapshotStore` of it. It knows keys, versions
 * and JSON, and leaves schemas, owners and times to the layer above. The optional methods have a default that is built on
 * the others.
 */
export interface SnapshotCore {
  readonly supports: SnapshotSupport;
  /** Where a key's document is, for messages. */
  locate(key: string): string;
  /** Stores it with the next version, or throws `VERSION_CONFLICT` when the one there is not `ifVersion`. */
  save(key: string, write: Write): Promise<SnapshotEntry>;
  load(key: string, version: number | undefined): Promise<Snapshot<unknown> | undefined>;
  delete(key: string, ifVersion: number | undefined): Promise<boolean>;
  list(options: ListOptions): Promise<SnapshotPage>;
  close(): Promise<void>;
  /** Default: load, change, save with `ifVersion`, and again when somebody was faster. */
  update?(
    key: string,
    change: (current: Snapshot<unknown> | undefined) => Promise<Write | undefined>,
  ): Promise<SnapshotEntry | undefined>;
  /** Default: `list`, and `load` of each. */
  listBy?(owner: string, options: Omit<ListOptions, "owner">): Promise<SnapshotDocuments<unknown>>;
  /** Default: the current version alone. */
  history?(key: string): Promise<readonly SnapshotEntry[]>;
}
