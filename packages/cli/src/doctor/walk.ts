import { type Stats } from "node:fs";
import { join } from "node:path";
import { type Disk, errnoOf, temporaryOwner } from "@agentlog/durable-fs";

/** Something in a store. */
export interface StoreEntry {
  readonly path: string;
  readonly name: string;
  readonly stats: Stats;
}

/** What of a store's root is the store's. Whatever else somebody put there is nobody's to judge or change. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  ".gitignore",
  "bindings.json",
  "quarantine",
  "registry",
  "sessions",
  "snapshots",
  "spool",
  "store.json",
]);

/** True for a name in the root that the store, or a writer of it, gave. */
export function isOwnName(name: string): boolean {
  return OWN_NAMES.has(name) || name.startsWith("bindings.json.") || temporaryOwner(name) !== undefined;
}

/**
 * All that is in a store, folders before what is in them, and the root first. No symbolic link is followed; what goes away
 * meanwhile is passed over. A folder that cannot be listed comes without its content: whoever takes an entry may change its mode before the next.
 */
export function* walkStore(root: string, disk: Disk): Generator<StoreEntry> {
  const entry = entryAt(root, ".", disk);
  if (entry === undefined) return;
  yield entry;
  if (entry.stats.isDirectory()) yield* inside(entry, disk, isOwnName);
}

function* inside(folder: StoreEntry, disk: Disk, isWanted: (name: string) => boolean): Generator<StoreEntry> {
  for (const name of namesIn(folder.path, disk)) {
    if (!isWanted(name)) continue;
    const entry = entryAt(join(folder.path, name), name, disk);
    if (entry === undefined) continue;
    yield entry;
    if (entry.stats.isDirectory()) yield* inside(entry, disk, () => true);
  }
}

function entryAt(path: string, name: string, disk: Disk): StoreEntry | undefined {
  try {
    return { path, name, stats: disk.lstatSync(path) };
  } catch (error) {
    if (NOTHING_TO_LIST.has(errnoOf(error))) return undefined;
    throw error;
  }
}

/** A folder that went away, is none, or may not be read: the last is a matter of permissions, and told there. */
const NOTHING_TO_LIST: ReadonlySet<string | undefined> = new Set(["ENOENT", "ENOTDIR", "EACCES"]);

/** Sorted, so that a store is told of in the same order each time. Throws what the disk says when it fails. */
export function namesIn(folder: string, disk: Disk): readonly string[] {
  try {
    return disk.readdirSync(folder).toSorted();
  } catch (error) {
    if (NOTHING_TO_LIST.has(errnoOf(error))) return [];
    throw error;
  }
}
