import { isAbsolute, resolve } from "node:path";
import { agentlogError, isAgentlogError, toIoError } from "@agentlog/types";
import { nodeDisk, type Disk } from "../disk.js";
import { createFile } from "../files/create-file.js";
import { makePrivateDirectory } from "../files/private-directory.js";
import { sweepTemporaryFiles, type SweepOptions } from "../files/sweep-temporary.js";
import { temporaryOwner, type TemporaryOwner } from "../files/temporary.js";
import { storeLayout, type StoreLayout } from "./layout.js";
import { machineId } from "./machine.js";
import { hideFromGit } from "./repository.js";
import { encodeStoreFile, readStoreFile, type StoreFile } from "./store-file.js";
import { storeWarnings } from "./warnings.js";

export interface OpenStoreOptions {
  /** Make what is missing. Default true. */
  readonly create?: boolean | undefined;
  /** Default `nodeDisk`. */
  readonly disk?: Disk | undefined;
  /** Whether the store lies in a Git repository. Default: looked up, for a root named `.agentlog`. */
  readonly insideRepository?: boolean | undefined;
  /** The writer named in temporary files. */
  readonly owner?: TemporaryOwner | undefined;
  /** Which writers of temporary files are gone. */
  readonly isDead?: SweepOptions["isDead"];
}

export interface OpenedStore {
  /** Absolute. */
  readonly root: string;
  readonly layout: StoreLayout;
  readonly format: number;
  readonly lock: "directory";
  /** RFC 3339 UTC; undefined when its maker did not say. */
  readonly created: string | undefined;
  /** One line each, for the user: the store works, but not as safely as it should. */
  readonly warnings: readonly string[];
}

/**
 * Opens the store at an absolute path, and makes it when it is missing: the root at 0700, `store.json`, and in a
 * repository a `.gitignore` of `*`. Of several processes that make it at once all succeed and read the same `store.json`.
 * Wider modes of ours are tightened, leftovers of dead writers swept.
 *
 * With `create: false` nothing is made, and a missing store is `undefined`.
 *
 * Throws `USAGE` for a relative root; `UNSAFE_PATH` when the root is a symbolic link, no directory, another user's,
 * writable by others, or holds other files and no store; `STORE_FORMAT` when `store.json` is damaged or newer, which leaves it as it is; `IO_ERROR`.
 */
export function openStore(
  root: string,
  options: OpenStoreOptions & { readonly create: false },
): OpenedStore | undefined;
export function openStore(
  root: string,
  options?: OpenStoreOptions & { readonly create?: true | undefined },
): OpenedStore;
export function openStore(root: string, options?: OpenStoreOptions): OpenedStore | undefined;
export function openStore(root: string, options: OpenStoreOptions = {}): OpenedStore | undefined {
  const { create = true, disk = nodeDisk } = options;
  if (!isAbsolute(root)) {
    const hint = "pass the root that resolveStore returned";
    throw agentlogError("USAGE", `the store's root is a relative path: ${hint}`, { hint });
  }
  const layout = storeLayout(resolve(root));
  if (!create && isMissing(layout.storeFile, disk)) return undefined;
  if (create) refuseForeignContent(layout, disk);
  makePrivateDirectory(layout.root, { disk, refuseShared: true });
  const found = readStoreFile(layout.storeFile, disk);
  if (found === undefined && !create) return undefined;
  const { format, lock, created } = found ?? createStore(layout, options, disk);
  sweep(layout.root, options, disk);
  return { root: layout.root, layout, format, lock, created, warnings: storeWarnings(layout.root, disk) };
}

function isMissing(path: string, disk: Disk): boolean {
  try {
    return disk.lstatSync(path, { throwIfNoEntry: false }) === undefined;
  } catch (error) {
    throw toIoError(error, path, "looking for a store");
  }
}

/** What a store's root holds when its maker died before `store.json`, or was slower than we are. */
const OWN_NAMES: ReadonlySet<string> = new Set([
  ".gitignore",
  "store.json",
  "sessions",
  "registry",
  "spool",
  "quarantine",
  "snapshots",
  "bindings.json",
]);

/** A home or project folder named by mistake must not get a store's modes, nor its `.gitignore`. */
function refuseForeignContent({ root }: StoreLayout, disk: Disk): void {
  const names = namesIn(root, disk);
  const isForeign = (name: string): boolean => !OWN_NAMES.has(name) && temporaryOwner(name) === undefined;
  if (names.includes("store.json") || !names.some(isForeign)) return;
  throw agentlogError("UNSAFE_PATH", `${root} is no store and holds other files; name an empty folder or a new one`, {
    path: root,
    reason: "holds other files",
  });
}

function namesIn(directory: string, disk: Disk): readonly string[] {
  try {
    return disk.readdirSync(directory);
  } catch {
    // Missing, or no directory: what comes next says so better.
    return [];
  }
}

/** `.gitignore` first: a process that dies in between must not leave a store that Git would add. */
function createStore(layout: StoreLayout, options: OpenStoreOptions, disk: Disk): StoreFile {
  const { insideRepository, owner } = options;
  hideFromGit(layout.root, { disk, insideRepository, owner });
  createFile(layout.storeFile, encodeStoreFile(machineId({ disk })), { disk, owner });
  const file = readStoreFile(layout.storeFile, disk); // another process's, when that one was first
  if (file !== undefined) return file;
  throw agentlogError("IO_ERROR", `${layout.storeFile} was removed while the store was made; open it again`, {
    path: layout.storeFile,
    errno: "ENOENT",
    syscall: "open",
  });
}

/** A store that can be read but not swept, as on a read-only mount, is still a store. */
function sweep(root: string, { isDead }: OpenStoreOptions, disk: Disk): void {
  try {
    sweepTemporaryFiles(root, { disk, isDead });
  } catch (error) {
    if (!isAgentlogError(error, "IO_ERROR")) throw error;
  }
}
