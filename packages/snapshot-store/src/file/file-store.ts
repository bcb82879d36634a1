import { createHash } from "node:crypto";
import { dirname, join, resolve } from "node:path";
import { makePrivateDirectory, nodeDisk, toSafeSegment, type Disk } from "@agentlog/durable-fs";
import { type DocumentOptions, type SnapshotEntry, type SnapshotStore } from "../contract.js";
import { type SnapshotCore } from "../core.js";
import { defineSnapshotStore } from "../define-store.js";
import { usage } from "../errors.js";
import { orThrow, readDocument, readHead, type DocumentFile } from "./document-file.js";
import { createFileList } from "./file-list.js";
import { type Head } from "./format.js";
import { underLock, type AssertHeld } from "./key-lock.js";
import { removeAll } from "./remove.js";
import { createReplacer } from "./replace.js";
import { keptVersions, versionPath } from "./versions.js";

export interface FileSnapshotStoreOptions<T> extends DocumentOptions<T> {
  /** Where the documents are, absolute or from the current directory; made with the first save. */
  readonly directory: string;
  /** How many versions to keep, the current one included. Default 1. */
  readonly keep?: number | undefined;
  /** Milliseconds to wait for the lock of a key. Default 5,000. */
  readonly lockTimeoutMs?: number | undefined;
  /** Sync file and directory before a save returns. Default true; false survives the process, not the power. */
  readonly durable?: boolean | undefined;
  /** A larger document is neither saved nor loaded. Bytes of its JSON; default 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** Where what cannot be read is copied to before it is replaced. Default: `.quarantine` in the directory. */
  readonly quarantineDirectory?: string | undefined;
  /** Default: Node's `fs`. */
  readonly disk?: Disk | undefined;
}

/** The current version in a key's folder. */
const NAME = "document.json";

/**
 * A store in a folder, for any number of processes: one folder per key with one file in it, and its older versions where
 * they are kept. Writers of one key take turns by a lock; readers take none and never see half a document.
 */
export function fileSnapshotStore<T>(options: FileSnapshotStoreOptions<T>): SnapshotStore<T> {
  return defineSnapshotStore(fileCore(options), options);
}

type CoreOptions = Omit<FileSnapshotStoreOptions<unknown>, keyof DocumentOptions<unknown>>;

function fileCore(options: CoreOptions): SnapshotCore {
  const { keep = 1, lockTimeoutMs = 5_000, durable = true, maxBytes = 64 * 1024 * 1024, disk = nodeDisk } = options;
  if (!Number.isSafeInteger(keep) || keep < 1) throw usage("keep is no whole number from 1 on");
  const root = resolve(options.directory);
  // Names that no key has: toSafeSegment never begins one with a dot.
  const locks = join(root, ".locks");
  const { quarantineDirectory = join(root, ".quarantine") } = options;
  const list = createFileList({ root, name: NAME, disk });
  const { replace, trust } = createReplacer({ keep, ownFolder: true });

  const fileOf = (key: string): DocumentFile => {
    const path = join(root, toSafeSegment(key), NAME);
    return { path, key, disk, maxBytes, durable, quarantineDirectory };
  };
  const atVersion = (file: DocumentFile, version: number): DocumentFile => ({
    ...file,
    path: versionPath(dirname(file.path), version),
  });

  const locked = <R>(key: string, critical: (assertHeld: AssertHeld) => R | Promise<R>): Promise<R> => {
    // Hashed: beside a lock are files with longer names, and a key's may already be as long as a name can be.
    const name = createHash("sha256").update(toSafeSegment(key)).digest("hex").slice(0, 32);
    const makeFolder = (): void => void makePrivateDirectory(locks, { disk, durable });
    return underLock(join(locks, name), { disk, timeoutMs: lockTimeoutMs, makeFolder }, critical);
  };

  return {
    supports: { shared: true, durable: durable ? "power" : "process", versions: keep, ownerIndex: false },
    locate: (key) => fileOf(key).path,
    save: (key, write) => locked(key, async (assertHeld) => entryOf(await replace(fileOf(key), write, assertHeld))),
    load: async (key, version) => {
      const file = fileOf(key);
      if (version === undefined) return loadFrom(file)?.snapshot;
      const current = headOf(file);
      if (current === undefined) return undefined;
      const found = loadFrom(current === version ? file : atVersion(file, version));
      return found?.snapshot.version === version ? found.snapshot : undefined;
    },
    update: (key, change) =>
      locked(key, async (assertHeld) => {
        const file = fileOf(key);
        const current = loadFrom(file);
        const write = await change(current?.snapshot);
        if (write === undefined) return undefined;
        if (current !== undefined) trust(file, current.head);
        const ifVersion = current?.head.version ?? 0;
        return entryOf(await replace(file, { ...write, ifVersion }, assertHeld));
      }),
    delete: (key, ifVersion) => locked(key, (assertHeld) => removeAll(fileOf(key), ifVersion, assertHeld)),
    list: (query) => list.page(query),
    history: async (key) => {
      const file = fileOf(key);
      if (headOf(file) === undefined) return [];
      const older = keptVersions(dirname(file.path), disk).map((version) => atVersion(file, version).path);
      const entries = new Map<number, SnapshotEntry>();
      for (const path of [file.path, ...older]) {
        const found = readHead(path, disk);
        if (found !== undefined && "ok" in found) entries.set(found.ok.version, entryOf(found.ok));
      }
      return [...entries.values()].toSorted((a, b) => b.version - a.version);
    },
    close: async () => {},
  };
}

/** The version that is there; "unknown" when nobody can tell, undefined when there is no document. */
function headOf({ path, disk }: DocumentFile): number | "unknown" | undefined {
  const found = readHead(path, disk);
  if (found === undefined) return undefined;
  return "ok" in found ? found.ok.version : "unknown";
}

function loadFrom(file: DocumentFile): { head: Head; snapshot: SnapshotEntry & { document: unknown } } | undefined {
  const found = readDocument(file);
  if (found === undefined) return undefined;
  const { head, document } = orThrow(found, file);
  return { head, snapshot: { ...entryOf(head), document } };
}

function entryOf({ key, version, time, owner, bytes }: SnapshotEntry): SnapshotEntry {
  return { key, version, time, owner, bytes };
}
