import { basename, dirname, join } from "node:path";
import { toIoError } from "@agentlog/types";
import { type Disk, errnoOf, nodeDisk } from "../disk.js";
import { type Liveness, livenessOf } from "../process-identity.js";
import { type OwnerEntry, parseOwnerEntry } from "./owner-entry.js";

/** One entry of a lock's directory: who holds it, or held it when he died. */
export interface LockEntry {
  readonly path: string;
  /** Of a worker thread on Linux: the thread's own number. */
  readonly pid: number;
  /** `dead`: the next who wants the lock takes it at once. `unknown`: of another machine, boot or container. */
  readonly liveness: Liveness;
}

/** What lies in and beside a directory lock. */
export interface LockReport {
  /** One where the lock is held, none where it is free. */
  readonly owners: readonly LockEntry[];
  /** Directories beside it that a process had prepared to take it with, and did not. */
  readonly prepared: readonly LockEntry[];
  /** Paths of what no lock puts there. It looks like a holder, and keeps the lock from being taken. */
  readonly foreign: readonly string[];
}

/**
 * Looks at the directory lock at a path, and changes nothing: nobody is waited for and nothing is swept. A missing lock is
 * free. Throws `IO_ERROR` where there is something else than a directory, or the folder cannot be read.
 */
export function inspectLock(lockPath: string, options: { readonly disk?: Disk | undefined } = {}): LockReport {
  const { disk = nodeDisk } = options;
  const inside = namesIn(lockPath, disk).map((name) => ({ path: join(lockPath, name), owner: parseOwnerEntry(name) }));
  const prefix = `${basename(lockPath)}.`;
  const beside = namesIn(dirname(lockPath), disk)
    .filter((name) => name.startsWith(prefix))
    .map((name) => ({ path: join(dirname(lockPath), name), owner: parseOwnerEntry(name.slice(prefix.length)) }));
  return {
    owners: inside.flatMap((entry) => describe(entry, disk)),
    prepared: beside.flatMap((entry) => describe(entry, disk)),
    foreign: inside.filter(({ owner }) => owner === undefined).map(({ path }) => path),
  };
}

function describe(
  { path, owner }: { readonly path: string; readonly owner: OwnerEntry | undefined },
  disk: Disk,
): readonly LockEntry[] {
  return owner === undefined ? [] : [{ path, pid: owner.pid, liveness: livenessOf(owner, disk) }];
}

function namesIn(directory: string, disk: Disk): readonly string[] {
  try {
    return disk.readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw toIoError(error, directory, "looking at a lock");
  }
}
