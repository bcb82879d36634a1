import { type BigIntStats } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { errnoOf, fromSafeSegment, toSafeSegment, type Disk } from "@agentlog/durable-fs";
import { isAgentlogError, toIoError } from "@agentlog/types";
import { type ListOptions, type SnapshotEntry, type SnapshotPage, type UnreadableSnapshot } from "../contract.js";
import { corruptSnapshot } from "../errors.js";
import { pageOf } from "../order.js";
import { orThrow, readHead } from "./document-file.js";
import { fileBytes } from "./format.js";
import { namesIn } from "./versions.js";

export interface FileListOptions {
  readonly root: string;
  /** The name of a document's file in its folder. */
  readonly name: string;
  readonly disk: Disk;
}

interface Seen {
  readonly stamp: string;
  readonly entry: SnapshotEntry;
}

/** A file this young may change again without its times changing: their ticks are up to 10 ms apart. */
const SETTLED_MS = 100;
/** So many files are looked at before others get a turn. */
const AT_ONCE = 256;

/**
 * Lists the documents of a folder from the first lines of their files. A file that is as it was when it was last listed is
 * not opened again; no document is ever parsed.
 */
export function createFileList({ root, name, disk }: FileListOptions): {
  page(options: ListOptions): Promise<SnapshotPage>;
} {
  let seen: ReadonlyMap<string, Seen> = new Map();

  const look = (segment: string, now: Map<string, Seen>): SnapshotEntry | undefined => {
    const path = join(root, segment, name);
    const stats = statOf(path, disk);
    if (stats === undefined) return undefined;
    const stamp = `${stats.ino} ${stats.size} ${stats.mtimeNs} ${stats.ctimeNs}`;
    const before = seen.get(segment);
    const known = before?.stamp === stamp ? before : read(path, segment, stats, stamp);
    if (known !== undefined && isSettled(stats)) now.set(segment, known);
    return known?.entry;
  };

  const read = (path: string, segment: string, stats: BigIntStats, stamp: string): Seen | undefined => {
    const found = readHead(path, disk);
    if (found === undefined) return undefined;
    const head = orThrow(found, { path, key: fromSafeSegment(segment) ?? segment });
    const { key, version, time, owner, bytes } = head;
    if (toSafeSegment(key) !== segment) throw corruptSnapshot(path, key, "it is the document of another key");
    // A file replaced since it was looked at has another size and is no damage: what it has now is in its first line.
    if (BigInt(fileBytes(head)) !== stats.size && statOf(path, disk)?.size === stats.size) {
      throw corruptSnapshot(path, key, `it has ${stats.size} bytes instead of ${fileBytes(head)}`);
    }
    return { stamp, entry: { key, version, time, owner, bytes } };
  };

  return {
    page: async (options) => {
      const entries: SnapshotEntry[] = [];
      const unreadable: UnreadableSnapshot[] = [];
      const now = new Map<string, Seen>();
      let looked = 0;
      for (const segment of namesIn(root, disk)) {
        if (segment.startsWith(".")) continue;
        if (++looked % AT_ONCE === 0) await turn();
        try {
          const entry = look(segment, now);
          if (entry !== undefined) entries.push(entry);
        } catch (error) {
          if (!isAgentlogError(error)) throw error;
          unreadable.push({ key: fromSafeSegment(segment), path: join(root, segment, name), error });
        }
      }
      seen = now;
      return { ...pageOf(entries, options), unreadable };
    },
  };
}

/** Undefined when there is no such file, or no folder where it would be. */
function statOf(path: string, disk: Disk): BigIntStats | undefined {
  try {
    return disk.lstatSync(path, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (errnoOf(error) === "ENOTDIR") return undefined;
    throw toIoError(error, path, "listing snapshots");
  }
}

/** One from the future is not: the clock went back. */
function isSettled({ mtimeMs }: BigIntStats): boolean {
  return Date.now() - Number(mtimeMs) > SETTLED_MS;
}
