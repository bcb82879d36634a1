/**
 * What a simulated disk holds. Two views of everything: what a process sees now, and what a power loss leaves for sure.
 * Every file of the code under test is only ever appended to, so the sure part of a file is a length.
 */

/** One file. `bytes` may be longer than `size`. */
export interface SimFile {
  readonly kind: "file";
  readonly ino: number;
  mode: number;
  nlink: number;
  bytes: Buffer;
  size: number;
  /** What is before this offset survives a power loss. */
  synced: number;
  /** Where each write since the last sync began. */
  writes: number[];
  mtimeMs: number;
}

/** One change of a directory, made in one step: names and what they now mean; undefined for a name that went. */
export type DirectoryChange = readonly (readonly [name: string, node: SimNode | undefined])[];

/** One directory. */
export interface SimDirectory {
  readonly kind: "directory";
  readonly ino: number;
  mode: number;
  nlink: number;
  readonly entries: Map<string, SimNode>;
  /** The names that survive a power loss for sure. */
  synced: Map<string, SimNode>;
  /** What was done since the last sync, in order: a power loss keeps any beginning of it. */
  changes: DirectoryChange[];
  mtimeMs: number;
}

export type SimNode = SimFile | SimDirectory;

let lastIno = 1;

/** An empty file. */
export function newFile(mode: number): SimFile {
  return {
    kind: "file",
    ino: ++lastIno,
    mode,
    nlink: 1,
    bytes: Buffer.alloc(1024),
    size: 0,
    synced: 0,
    writes: [],
    mtimeMs: 0,
  };
}

/** An empty directory. */
export function newDirectory(mode: number): SimDirectory {
  return {
    kind: "directory",
    ino: ++lastIno,
    mode,
    nlink: 2,
    entries: new Map(),
    synced: new Map(),
    changes: [],
    mtimeMs: 0,
  };
}

/** Changes names in a directory, in one step. */
export function change(directory: SimDirectory, step: DirectoryChange): void {
  for (const [name, node] of step) {
    if (node === undefined) directory.entries.delete(name);
    else directory.entries.set(name, node);
  }
  directory.changes.push(step);
}

/** Makes what there is survive a power loss. */
export function syncNode(node: SimNode): void {
  if (node.kind === "file") {
    node.synced = node.size;
    node.writes = [];
  } else {
    node.synced = new Map(node.entries);
    node.changes = [];
  }
}

/** Adds bytes at the end, whatever the writer believes the end to be. */
export function append(file: SimFile, bytes: Uint8Array): void {
  const size = file.size + bytes.length;
  if (size > file.bytes.length) {
    const larger = Buffer.alloc(Math.max(size, file.bytes.length * 2));
    file.bytes.copy(larger, 0, 0, file.size);
    file.bytes = larger;
  }
  file.writes.push(file.size);
  file.bytes.set(bytes, file.size);
  file.size = size;
}

/** Another tree with the same content, sharing nothing. */
export function cloneTree(root: SimDirectory): SimDirectory {
  const copies = new Map<SimNode, SimNode>();
  const copy = (node: SimNode): SimNode => {
    const known = copies.get(node);
    if (known !== undefined) return known;
    if (node.kind === "file") {
      const file: SimFile = { ...node, bytes: Buffer.from(node.bytes), writes: [...node.writes] };
      copies.set(node, file);
      return file;
    }
    const directory: SimDirectory = { ...node, entries: new Map(), synced: new Map(), changes: [] };
    copies.set(node, directory);
    for (const [name, child] of node.entries) directory.entries.set(name, copy(child));
    for (const [name, child] of node.synced) directory.synced.set(name, copy(child));
    directory.changes = node.changes.map((step) => step.map(([name, child]) => [name, child && copy(child)] as const));
    return directory;
  };
  return copy(root) as SimDirectory;
}
