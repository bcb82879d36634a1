import { type DocumentOptions, type Snapshot, type SnapshotEntry, type SnapshotStore } from "./contract.js";
import { type SnapshotCore } from "./core.js";
import { defineSnapshotStore } from "./define-store.js";
import { versionConflict } from "./errors.js";
import { pageOf } from "./order.js";

interface Kept {
  readonly entry: SnapshotEntry;
  readonly json: string;
}

export interface MemorySnapshotStoreOptions<T> extends DocumentOptions<T> {
  /** How many versions to keep, the current one included. Default 1. */
  readonly keep?: number | undefined;
}

/** A store in this process's memory, gone with it: for tests, and for what need not outlive the program. */
export function memorySnapshotStore<T>(options: MemorySnapshotStoreOptions<T> = {}): SnapshotStore<T> {
  return defineSnapshotStore(memoryCore(options.keep ?? 1), options);
}

/** It keeps JSON and no objects, so that nobody can change what was saved, and what has no JSON behaves as in a file. */
function memoryCore(keep: number): SnapshotCore {
  const all = new Map<string, readonly Kept[]>();
  const current = (key: string): SnapshotEntry | undefined => all.get(key)?.[0]?.entry;
  const locate = (key: string): string => `memory:${key.slice(0, 200)}`;

  const assertVersion = (key: string, expected: number | undefined): void => {
    const actual = current(key)?.version ?? 0;
    if (expected !== undefined && expected !== actual) throw versionConflict(locate(key), key, expected, actual);
  };

  return {
    supports: { shared: false, durable: false, versions: keep, ownerIndex: false },
    locate,
    save: async (key, { json, time, owner, ifVersion }) => {
      assertVersion(key, ifVersion);
      const entry = { key, version: (current(key)?.version ?? 0) + 1, time, owner, bytes: Buffer.byteLength(json) };
      all.set(key, [{ entry, json }, ...(all.get(key) ?? [])].slice(0, keep));
      return entry;
    },
    load: async (key, version) => {
      const kept = all.get(key) ?? [];
      const found = version === undefined ? kept[0] : kept.find(({ entry }) => entry.version === version);
      return found && asSnapshot(found);
    },
    delete: async (key, ifVersion) => {
      assertVersion(key, ifVersion);
      return all.delete(key);
    },
    list: async (query) => ({
      ...pageOf(
        [...all.values()].flatMap((kept) => kept[0]?.entry ?? []),
        query,
      ),
      unreadable: [],
    }),
    history: async (key) => (all.get(key) ?? []).map(({ entry }) => entry),
    close: async () => {},
  };
}

function asSnapshot({ entry, json }: Kept): Snapshot<unknown> {
  return { ...entry, document: JSON.parse(json) as unknown };
}
