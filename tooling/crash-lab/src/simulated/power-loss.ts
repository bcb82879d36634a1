import { type SimulatedDisk } from "./simulated-disk.js";
import { type SimDirectory, type SimFile, type SimNode } from "./simulated-files.js";

/** One disk as a power loss may leave it. */
export interface PowerLossState {
  readonly name: string;
  /** Makes it, each time anew. */
  readonly disk: () => SimulatedDisk;
}

const SECTOR_BYTES = 512;

/** How many changes of the names in one directory a power loss may undo. */
export function mostChangesOf(disk: SimulatedDisk): number {
  return Math.max(0, ...directories(disk.root).map(({ changes }) => changes.length));
}

/**
 * The states a power loss may leave. What was not synced is there, missing, or damaged: names (a creation, a rename or a
 * removal that did not happen; any beginning of them may have) and bytes (torn, zeroed, without data, flipped, dropped).
 *
 * @param every tears are tried at every so manieth byte
 * @param only just those in which so many changes of names happened
 */
export function* powerLossStates(disk: SimulatedDisk, every: number, only?: number): Generator<PowerLossState> {
  const mostChanges = mostChangesOf(disk);
  for (let kept = only ?? 0; kept <= (only ?? mostChanges); kept++) {
    const names = disk.clone();
    for (const directory of directories(names.root)) rewind(directory, kept);
    countNames(names.root);
    yield { name: `${kept} of ${mostChanges} changes of names, all bytes`, disk: () => names.clone() };
    for (const [index, file] of files(names.root).entries()) {
      for (const [what, damage] of damages(file, every)) {
        const make = (): SimulatedDisk => {
          const state = names.clone();
          damage(files(state.root)[index]!);
          return state;
        };
        yield { name: `${kept} of ${mostChanges} changes of names, file ${index} ${what}`, disk: make };
      }
    }
    const bare = (): SimulatedDisk => {
      const state = names.clone();
      for (const file of files(state.root)) file.size = file.synced;
      return state;
    };
    yield { name: `${kept} of ${mostChanges} changes of names, no bytes that were not synced`, disk: bare };
  }
}

function* damages(file: SimFile, every: number): Generator<readonly [string, (file: SimFile) => void]> {
  const { synced, size, writes } = file;
  if (synced === size) return;
  for (let at = synced; at < size; at += every) yield [`torn at ${at}`, (copy) => void (copy.size = at)];
  yield ["torn before its last byte", (copy) => void (copy.size = size - 1)];
  yield ["extended without data", (copy) => void copy.bytes.fill(0, synced, size)];
  const first = Math.floor(synced / SECTOR_BYTES) * SECTOR_BYTES;
  for (let at = first; at < size; at += SECTOR_BYTES) {
    yield [
      `sector at ${at} zeroed`,
      (copy) => void copy.bytes.fill(0, Math.max(at, synced), Math.min(size, at + SECTOR_BYTES)),
    ];
  }
  for (let at = synced; at < size; at += every * 3)
    yield [`bit flipped at ${at}`, (copy) => void (copy.bytes[at]! ^= 1)];
  for (const [index, start] of writes.entries()) {
    yield [`write ${index} dropped`, (copy) => void copy.bytes.fill(0, start, writes[index + 1] ?? size)];
  }
}

function rewind(directory: SimDirectory, kept: number): void {
  directory.entries.clear();
  for (const [name, node] of directory.synced) directory.entries.set(name, node);
  for (const step of directory.changes.slice(0, kept)) {
    for (const [name, node] of step) {
      if (node === undefined) directory.entries.delete(name);
      else directory.entries.set(name, node);
    }
  }
}

/** A file whose removal did not happen has its name again. */
function countNames(root: SimDirectory): void {
  const all = nodes(root);
  for (const node of all) if (node.kind === "file") node.nlink = 0;
  for (const node of all) {
    if (node.kind === "file") continue;
    for (const child of node.entries.values()) if (child.kind === "file") child.nlink++;
  }
}

function nodes(root: SimDirectory): SimNode[] {
  const seen = new Set<SimNode>();
  const visit = (node: SimNode): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (node.kind === "file") return;
    for (const child of node.synced.values()) visit(child);
    for (const child of node.entries.values()) visit(child);
    for (const step of node.changes) for (const [, child] of step) if (child !== undefined) visit(child);
  };
  visit(root);
  return [...seen];
}

function directories(root: SimDirectory): SimDirectory[] {
  return nodes(root).filter((node) => node.kind === "directory");
}

function files(root: SimDirectory): SimFile[] {
  return nodes(root).filter((node) => node.kind === "file");
}
