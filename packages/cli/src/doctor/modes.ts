import fs from "node:fs";
import { type Disk, errnoOf } from "@agentlog/durable-fs";
import { type StoreEntry, walkStore } from "./walk.js";

/** Something in a store whose permissions are not as they should be. */
export interface LooseEntry extends StoreEntry {
  /** `others`: somebody else can reach it; `owner`: its owner cannot. */
  readonly fault: "others" | "owner" | "link" | "foreign" | "several names" | "no file";
}

/** What is wrong with the permissions of one entry; undefined when nothing is, and where users have no numbers. */
function faultOf({ stats, name }: StoreEntry): LooseEntry["fault"] | undefined {
  const me = process.geteuid?.();
  if (stats.isSymbolicLink()) return "link";
  if (me === undefined) return undefined;
  if (stats.uid !== me) return "foreign";
  if (stats.isDirectory()) return modeFault(stats.mode, 0o700);
  if (!stats.isFile()) return "no file";
  // A repair under way gives the old log a second name.
  if (stats.nlink > 1 && !/\.jsonl(?:\.before-repair)?$/.test(name) && !/^v\d+\.json$/.test(name))
    return "several names";
  return modeFault(stats.mode, 0o600);
}

function modeFault(mode: number, wanted: number): "others" | "owner" | undefined {
  if ((mode & 0o077) !== 0) return "others";
  return (mode & wanted) === wanted ? undefined : "owner";
}

/** Everything in a store with something wrong. Changes nothing. */
export function* looseEntries(root: string, disk: Disk): Generator<LooseEntry> {
  for (const entry of walkStore(root, disk)) {
    const fault = faultOf(entry);
    if (fault !== undefined) yield { ...entry, fault };
  }
}

/** One mode that was set, or could not be. */
export interface ModeChange {
  readonly path: string;
  readonly from: string;
  readonly to: string;
  /** Why it could not be set. */
  readonly error?: string;
}

/**
 * Sets the modes of a store's own folders to 0700 and of its files to 0600, from the root down. Touches neither what a link
 * leads to, nor what another user owns, nor a file with a second name, which may be somebody else's.
 */
export function fixModes(root: string, disk: Disk): readonly ModeChange[] {
  const changes: ModeChange[] = [];
  for (const entry of looseEntries(root, disk)) {
    if (entry.fault !== "others" && entry.fault !== "owner") continue;
    const to = entry.stats.isDirectory() ? 0o700 : 0o600;
    const change = { path: entry.path, from: octal(entry.stats.mode), to: octal(to) };
    try {
      setMode(entry, to, disk);
      changes.push(change);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      changes.push({ ...change, error: error instanceof Error ? error.message : String(error) });
    }
  }
  return changes;
}

const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants;

/** By descriptor where its owner may open it: nobody can then put a link in its place in between. */
function setMode({ path, stats }: StoreEntry, mode: number, disk: Disk): void {
  let fd: number | undefined;
  try {
    fd = disk.openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | (stats.isDirectory() ? O_DIRECTORY : 0));
  } catch (error) {
    if (errnoOf(error) !== "EACCES") throw error;
    // Its owner shut himself out: only by its name can it be opened again. Nobody else can write to the folder by now.
    disk.chmodSync(path, mode);
    return;
  }
  try {
    const { ino, dev } = disk.fstatSync(fd);
    if (ino === stats.ino && dev === stats.dev) disk.fchmodSync(fd, mode);
  } finally {
    disk.closeSync(fd);
  }
}

function octal(mode: number): string {
  return (mode & 0o777).toString(8).padStart(4, "0");
}
