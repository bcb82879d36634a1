import { dirname, join, resolve } from "node:path";
import { nodeDisk, type Disk } from "../disk.js";
import { foreignOwner } from "../files/unsafe-path.js";
import { storeLayout } from "./layout.js";
import { machineId } from "./machine.js";
import { readStoreFile } from "./store-file.js";

/** The name of a store's folder, in a project as in the home directory. */
export const STORE_FOLDER = ".agentlog";

/** `cwd` is the first. */
const MAX_LEVELS = 32;

export interface AncestorSearch {
  /** The nearest store of this user and machine. */
  readonly root: string | undefined;
  /** Why the nearest folder of that name was passed over. */
  readonly note: string | undefined;
}

/**
 * Looks for `.agentlog/` in `cwd` and its ancestors, up to the file-system root, to `home` (that one is the last rule's)
 * or for 32 levels. One that came with a clone is passed over: whoever wrote it must not decide where history goes.
 */
export function findAncestorStore(cwd: string, home: string | undefined, disk: Disk = nodeDisk): AncestorSearch {
  const homes = home === undefined ? [] : [resolve(home), realPath(home, disk)];
  let note: string | undefined;
  let directory = resolve(cwd);
  for (let level = 0; level < MAX_LEVELS && !homes.includes(directory); level++) {
    const root = join(directory, STORE_FOLDER);
    const objection = objectionTo(root, disk);
    if (objection === undefined) return { root, note };
    if (objection !== "missing") note ??= `${root} was ignored: it ${objection}; set AGENTLOG_HOME to use it anyway`;
    const parent = dirname(directory);
    if (parent === directory) break;
    directory = parent;
  }
  return { root: undefined, note };
}

/** Undefined when the store is usable, "missing" when there is none, else what is wrong with it. */
function objectionTo(root: string, disk: Disk): string | undefined {
  try {
    const stats = disk.lstatSync(root, { throwIfNoEntry: false });
    if (stats === undefined) return "missing";
    if (!stats.isDirectory()) return "is no directory";
    const foreign = foreignOwner(stats.uid);
    if (foreign !== undefined) return foreign;
    const file = readStoreFile(storeLayout(root).storeFile, disk);
    if (file === undefined) return "has no store.json";
    return file.machine === machineId({ disk }) ? undefined : "was not made by you on this machine";
  } catch {
    return "cannot be read safely";
  }
}

function realPath(path: string, disk: Disk): string {
  try {
    return disk.realpathSync(path);
  } catch {
    return path;
  }
}
