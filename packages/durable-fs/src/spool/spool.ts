import { dirname, join } from "node:path";
import { isAgentlogError, toIoError } from "@agentlog/types";
import { errnoOf, nodeDisk, type Disk } from "../disk.js";
import { makePrivateDirectory } from "../files/private-directory.js";
import { readPrivateFile } from "../files/read-file.js";
import { replaceFile, syncNames } from "../files/replace-file.js";
import { sweepTemporaryFiles, type SweepOptions } from "../files/sweep-temporary.js";
import type { TemporaryOwner } from "../files/temporary.js";
import {
  assertEntryName,
  assertMark,
  fromFileName,
  newEntryName,
  processOf,
  toFileName,
  type SpoolEntry,
} from "./entry-name.js";

/**
 * How often a `put` starts again because a drainer removed the directory under it. One that does nothing else wins most
 * of the time, its rmdir waiting for the very lock that mkdir holds: 128 were too few twice in 14,400 puts of 8 processes
 * on 2 cores. An attempt takes some 100 µs.
 */
const ATTEMPTS = 1024;

export interface SpoolOptions {
  /** Default `nodeDisk`. */
  readonly disk?: Disk | undefined;
  /** Sync what `put` and `claim` do before they return. Default true. */
  readonly durable?: boolean | undefined;
  /** The largest entry `read` takes, in bytes. Default 64 MiB. */
  readonly maxBytes?: number | undefined;
  /** The writer named in temporary files, for the sweep. */
  readonly owner?: TemporaryOwner | undefined;
}

/** A directory of things captured in order and not yet adopted, one file each. No lock: every step is one rename. */
export interface Spool {
  readonly directory: string;
  /** Stores bytes as a new entry and returns its name. Makes a missing directory. Throws `IO_ERROR`, `UNSAFE_PATH`. */
  put(bytes: Uint8Array): string;
  /**
   * The entries in capture order, none without those its process captured before. Temporary files, links, folders and
   * foreign names are skipped. Throws `IO_ERROR`.
   */
  list(): readonly SpoolEntry[];
  /** The bytes of an entry, claimed or not; undefined when it is gone or is no private file of ours. Throws `IO_ERROR`. */
  read(name: string): Buffer | undefined;
  /**
   * Writes a mark, 1 to 64 of `[a-z0-9._-]`, on an entry, and returns the mark it now has: of several claims the first
   * counts. Undefined when the entry is gone. An adopter records the log's size here before it appends, so that the next
   * one can tell whether the append happened. Throws `IO_ERROR`.
   */
  claim(name: string, mark: string): string | undefined;
  /** Removes an entry; one that is gone is fine. Not synced: an entry that a power loss brings back still has its mark. */
  remove(name: string): void;
  /** True without entries. One failing call when the directory is missing, else one listing. Throws `IO_ERROR`. */
  isEmpty(): boolean;
  /** Removes leftovers of dead writers, and the directory when nothing is left in it. Throws `IO_ERROR`. */
  prune(options?: Pick<SweepOptions, "isDead" | "minAgeMs">): void;
}

/** The spool in a directory, which need not exist and is not touched before the first call. */
export function openSpool(directory: string, options: SpoolOptions = {}): Spool {
  const { disk = nodeDisk, durable = true, maxBytes, owner } = options;
  /** What was last seen as the file of a claimed entry, so that reading n of them takes no n listings. */
  let claimed = new Map<string, string>();
  let isMade = false;

  /** Calls with the entry's file as last known, and when that is gone with its file as found. */
  const withFile = <T>(name: string, use: (path: string) => T | undefined): T | undefined => {
    assertEntryName(name);
    const result = use(join(directory, claimed.get(name) ?? name));
    if (result !== undefined) return result;
    const entry = find(name);
    return entry && use(join(directory, toFileName(entry)));
  };

  const find = (name: string): SpoolEntry | undefined => {
    const entry = entriesIn(directory, disk).find((candidate) => candidate.name === name);
    if (entry?.mark !== undefined) claimed.set(name, toFileName(entry));
    return entry;
  };

  /** Again: without a sync between making the directory and writing to it, for a drainer is faster than a sync. */
  const tryPut = (bytes: Uint8Array, isAgain: boolean): string => {
    const isNew = !isMade && makePrivateDirectory(directory, { disk, durable: durable && !isAgain });
    isMade = true;
    const name = newEntryName();
    replaceFile(join(directory, name), bytes, { disk, durable, owner });
    if (isNew && isAgain && durable) syncNames(dirname(directory), disk);
    return name;
  };

  return {
    directory,
    put(bytes) {
      for (let attempt = 1; ; attempt++) {
        try {
          return tryPut(bytes, attempt > 1);
        } catch (error) {
          const isGone = isAgentlogError(error, "IO_ERROR") && error.errno === "ENOENT";
          if (!isGone || attempt === ATTEMPTS) throw error;
          isMade = false;
        }
      }
    },
    list() {
      const found = orderedEntries(directory, disk);
      claimed = new Map(found.flatMap((entry) => (entry.mark === undefined ? [] : [[entry.name, toFileName(entry)]])));
      return found;
    },
    read(name) {
      return withFile(name, (path) => readSafe(path, disk, maxBytes));
    },
    claim(name, mark) {
      assertEntryName(name);
      assertMark(mark);
      if (!claimed.has(name) && rename(join(directory, name), join(directory, `${name}@${mark}`), disk)) {
        claimed.set(name, `${name}@${mark}`);
        if (durable) syncNames(directory, disk);
        return mark;
      }
      return find(name)?.mark;
    },
    remove(name) {
      withFile(name, (path) => unlink(path, disk));
      claimed.delete(name);
    },
    isEmpty() {
      return entriesIn(directory, disk).length === 0;
    },
    prune(prune = {}) {
      sweepTemporaryFiles(directory, { ...prune, disk });
      removeEmpty(directory, disk);
    },
  };
}

function entriesIn(directory: string, disk: Disk): SpoolEntry[] {
  try {
    // Each append asks, and mostly there is no spool: an error thrown by the listing takes longer than the whole write.
    if (disk.statSync(directory, { throwIfNoEntry: false }) === undefined) return [];
    const found = disk.readdirSync(directory, { withFileTypes: true });
    return found.flatMap((file) => (file.isFile() ? (fromFileName(file.name) ?? []) : []));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw toIoError(error, directory, "listing a spool");
  }
}

/**
 * In capture order without holes: no entry comes without the ones its process captured before it. One listing cannot
 * promise that: while it is made, an entry may appear where it has been already, and the next one where it has yet to go.
 * But what precedes an entry of a first listing was there when that ended, so a second one has it.
 */
function orderedEntries(directory: string, disk: Disk): SpoolEntry[] {
  const found = new Map<string, SpoolEntry>();
  const last = new Map<string, string>();
  for (const entry of entriesIn(directory, disk)) {
    found.set(entry.name, entry);
    const process = processOf(entry);
    if (entry.name > (last.get(process) ?? "")) last.set(process, entry.name);
  }
  if (found.size === 0) return [];
  for (const entry of entriesIn(directory, disk)) {
    if (entry.name <= (last.get(processOf(entry)) ?? "")) found.set(entry.name, entry);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What is not ours to read is as good as gone: an adopter must not stop at a planted entry for ever. */
function readSafe(path: string, disk: Disk, maxBytes: number | undefined): Buffer | undefined {
  try {
    return readPrivateFile(path, { disk, maxBytes });
  } catch (error) {
    if (isAgentlogError(error, "UNSAFE_PATH")) return undefined;
    throw error;
  }
}

function rename(from: string, to: string, disk: Disk): boolean {
  try {
    disk.renameSync(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw toIoError(error, from, "claiming a spool entry");
  }
}

function unlink(path: string, disk: Disk): true | undefined {
  try {
    disk.unlinkSync(path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw toIoError(error, path, "removing a spool entry");
  }
}

/** POSIX allows EEXIST for a directory that is not empty. */
function removeEmpty(directory: string, disk: Disk): void {
  try {
    disk.rmdirSync(directory);
  } catch (error) {
    if (["ENOENT", "ENOTEMPTY", "EEXIST"].includes(errnoOf(error) ?? "")) return;
    throw toIoError(error, directory, "removing an empty spool");
  }
}
