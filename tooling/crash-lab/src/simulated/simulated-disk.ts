import fs from "node:fs";
import path from "node:path";
import { type Disk } from "@agentlog/durable-fs";
import {
  append,
  change,
  cloneTree,
  newDirectory,
  newFile,
  type SimDirectory,
  type SimFile,
  type SimNode,
  syncNode,
} from "./simulated-files.js";

const { O_APPEND, O_CREAT, O_DIRECTORY, O_EXCL } = fs.constants;

/** One call a process is about to make. */
export interface SimCall {
  readonly method: keyof Disk;
  /** From 1, over all methods of this process. */
  readonly index: number;
  /** The bytes about to be written. */
  readonly bytes: Buffer | undefined;
}

/** What a hook may answer: the process dies here, after `tear` bytes if it is writing; or the call fails. */
export interface SimFault {
  readonly die?: true;
  readonly tear?: number;
  /** The call is not made and throws this. */
  readonly errno?: string;
  /** A write takes only so many bytes and says so. */
  readonly short?: number;
}

/** One process: its own descriptors over the shared tree. */
export interface SimProcess {
  readonly disk: Disk;
  /** Runs before each call: others may run in it, which makes this process one that was stopped right there. */
  hook: ((call: SimCall) => SimFault | undefined) | undefined;
  readonly calls: number;
  readonly dead: boolean;
  /** Every later call fails: SIGKILL. */
  kill(): void;
}

/** A disk in memory that several processes share. */
export interface SimulatedDisk {
  readonly root: SimDirectory;
  process(mutation?: Mutation): SimProcess;
  clone(): SimulatedDisk;
  /** The node at a path, as processes see it now. */
  find(file: string): SimNode | undefined;
}

/** Changes what a process writes or sees, to make a mutant of the code above without a hook in it. */
export interface Mutation {
  readonly write?: (bytes: Buffer) => Buffer;
  /** The look at the size after a write shows what the writer hopes for. */
  readonly hopefulFstat?: boolean;
  /** A sync says that it was done, and nothing is synced. */
  readonly deafSync?: boolean;
}

function errno(code: string, call: string, file = ""): NodeJS.ErrnoException {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  const error = Object.assign(new Error(`${code}: simulated, ${call} '${file}'`), { code, syscall: call });
  Error.stackTraceLimit = limit;
  return error;
}

const uid = process.geteuid?.() ?? 0;

class SimStats {
  readonly uid: number = uid;
  readonly gid = 0;
  readonly ino: number;
  readonly nlink: number;
  readonly mode: number;
  readonly size: number;
  readonly mtimeMs: number;
  readonly #directory: boolean;

  constructor(node: SimNode, size?: number) {
    this.ino = node.ino;
    this.nlink = node.nlink;
    this.mode = node.mode;
    this.size = size ?? (node.kind === "file" ? node.size : 4096);
    this.mtimeMs = node.mtimeMs;
    this.#directory = node.kind === "directory";
  }
  isFile(): boolean {
    return !this.#directory;
  }
  isDirectory(): boolean {
    return this.#directory;
  }
  isSymbolicLink(): boolean {
    return false;
  }
}

/** The fields that are asked for in whole numbers of any size. */
function bigStats({ ino, mtimeMs, ...node }: SimNode): object {
  const ns = BigInt(mtimeMs) * 1_000_000n;
  const size = BigInt(node.kind === "file" ? node.size : 4096);
  return { ino: BigInt(ino), size, mtimeMs: BigInt(mtimeMs), mtimeNs: ns, ctimeNs: ns };
}

/** A disk with one empty directory, `/`. */
export function createSimulatedDisk(root: SimDirectory = newDirectory(0o40700)): SimulatedDisk {
  const find = (file: string): SimNode | undefined => {
    let node: SimNode | undefined = root;
    for (const name of file.split("/")) {
      if (name === "") continue;
      if (node?.kind !== "directory") return undefined;
      node = node.entries.get(name);
    }
    return node;
  };
  return {
    root,
    find,
    process: (mutation = {}) => createProcess(find, mutation),
    clone: () => createSimulatedDisk(cloneTree(root)),
  };
}

interface Open {
  readonly node: SimNode;
  position: number;
  /** What the last `fstat` showed, and whether a write came after it. */
}

function createProcess(find: (file: string) => SimNode | undefined, mutation: Mutation): SimProcess {
  const open = new Map<number, Open>();
  let lastFd = 100;
  let dead = false;
  let calls = 0;
  const self: { hook: SimProcess["hook"] } = { hook: undefined };

  const at = (call: string, file: string): SimNode => {
    const node = find(file);
    if (node === undefined) throw errno("ENOENT", call, file);
    return node;
  };
  const parent = (call: string, file: string): SimDirectory => {
    const node = at(call, path.dirname(file));
    if (node.kind !== "directory") throw errno("ENOTDIR", call, file);
    return node;
  };
  const opened = (fd: number): Open => {
    const found = open.get(fd);
    if (found === undefined) throw errno("EBADF", "fd");
    return found;
  };
  const enter = (method: keyof Disk, bytes?: Buffer): SimFault | undefined => {
    if (dead) throw errno("EKILLED", method);
    const fault = self.hook?.({ method, index: ++calls, bytes });
    if (fault?.die === true && fault.tear === undefined) dead = true;
    if (dead) throw errno("EKILLED", method);
    if (fault?.errno !== undefined) throw errno(fault.errno, method);
    return fault;
  };
  /** What this process saw of each file's size, and what it hopes for after a write. */
  const hopes = new Map<SimNode, { seen: number; hoped?: number | undefined }>();
  const look = (node: SimNode): SimStats => {
    const stats = new SimStats(node, mutation.hopefulFstat === true ? hopes.get(node)?.hoped : undefined);
    hopes.set(node, { seen: stats.size });
    return stats;
  };
  const stat =
    (method: "lstatSync" | "statSync") => (file: string, options?: { throwIfNoEntry?: boolean; bigint?: boolean }) => {
      enter(method);
      const node = find(file);
      if (node !== undefined && options?.bigint === true) return bigStats(node);
      if (node !== undefined) return method === "lstatSync" ? look(node) : new SimStats(node);
      if (options?.throwIfNoEntry === false) return undefined;
      throw errno("ENOENT", method, file);
    };
  const unlinkFrom = (directory: SimDirectory, name: string, node: SimNode): void => {
    change(directory, [[name, undefined]]);
    node.nlink--;
  };
  const sync = (method: "fsyncSync" | "fdatasyncSync") => (fd: number) => {
    enter(method);
    const { node } = opened(fd);
    if (mutation.deafSync !== true) syncNode(node);
  };

  const disk = {
    chmodSync: (file: string, mode: number) => {
      enter("chmodSync");
      at("chmod", file).mode = mode;
    },
    closeSync: (fd: number) => {
      if (!open.delete(fd)) throw errno("EBADF", "close");
      enter("closeSync");
    },
    fchmodSync: (fd: number, mode: number) => {
      enter("fchmodSync");
      opened(fd).node.mode = mode;
    },
    fdatasync: (fd: number, done: (error: Error | null) => void) => {
      enter("fdatasync");
      const { node } = opened(fd);
      if (mutation.deafSync !== true) syncNode(node);
      queueMicrotask(() => done(null));
    },
    fdatasyncSync: sync("fdatasyncSync"),
    fsyncSync: sync("fsyncSync"),
    fstatSync: (fd: number) => {
      enter("fstatSync");
      return look(opened(fd).node);
    },
    linkSync: (from: string, to: string) => {
      enter("linkSync");
      const node = at("link", from);
      if (find(to) !== undefined) throw errno("EEXIST", "link", to);
      node.nlink++;
      change(parent("link", to), [[path.basename(to), node]]);
    },
    lstatSync: stat("lstatSync"),
    statSync: stat("statSync"),
    mkdirSync: (file: string) => {
      enter("mkdirSync");
      const directory = parent("mkdir", file);
      if (find(file) !== undefined) throw errno("EEXIST", "mkdir", file);
      change(directory, [[path.basename(file), newDirectory(0o40700)]]);
    },
    openSync: (file: string, flags: number | string = 0, mode = 0o600) => {
      enter("openSync");
      const wanted = flags === "wx" ? O_CREAT | O_EXCL | O_APPEND : Number(flags);
      let node = find(file);
      if (node !== undefined && (wanted & O_EXCL) !== 0) throw errno("EEXIST", "open", file);
      if (node === undefined) {
        if ((wanted & O_CREAT) === 0) throw errno("ENOENT", "open", file);
        node = newFile(0o100000 | mode);
        change(parent("open", file), [[path.basename(file), node]]);
      }
      if (node.kind === "file" && (wanted & O_DIRECTORY) !== 0) throw errno("ENOTDIR", "open", file);
      open.set(++lastFd, { node, position: 0 });
      return lastFd;
    },
    readFileSync: (file: string) => {
      enter("readFileSync");
      throw errno("ENOENT", "readFile", file);
    },
    readSync: (fd: number, target: Buffer, offset: number, length: number, position: number | null) => {
      enter("readSync");
      const file = opened(fd);
      if (file.node.kind !== "file") throw errno("EISDIR", "read");
      const from = position ?? file.position;
      const count = Math.max(0, Math.min(length, file.node.size - from));
      file.node.bytes.copy(target, offset, from, from + count);
      if (position === null) file.position += count;
      return count;
    },
    readdirSync: (file: string, options?: { withFileTypes?: boolean }) => {
      enter("readdirSync");
      const node = at("scandir", file);
      if (node.kind !== "directory") throw errno("ENOTDIR", "scandir", file);
      if (options?.withFileTypes !== true) return [...node.entries.keys()];
      return [...node.entries].map(([name, child]) => ({
        name,
        isFile: () => child.kind === "file",
        isDirectory: () => child.kind === "directory",
        isSymbolicLink: () => false,
      }));
    },
    readlinkSync: (file: string) => {
      enter("readlinkSync");
      throw errno("EINVAL", "readlink", file);
    },
    realpathSync: (file: string) => {
      enter("realpathSync");
      return file;
    },
    renameSync: (from: string, to: string) => {
      enter("renameSync");
      const node = at("rename", from);
      const old = find(to);
      if (old?.kind === "directory" && old.entries.size > 0) throw errno("ENOTEMPTY", "rename", to);
      if (old !== undefined) old.nlink--;
      const source = parent("rename", from);
      const target = parent("rename", to);
      if (source === target) {
        change(source, [
          [path.basename(from), undefined],
          [path.basename(to), node],
        ]);
      } else {
        change(target, [[path.basename(to), node]]);
        change(source, [[path.basename(from), undefined]]);
      }
    },
    rmdirSync: (file: string) => {
      enter("rmdirSync");
      const node = at("rmdir", file);
      if (node.kind !== "directory") throw errno("ENOTDIR", "rmdir", file);
      if (node.entries.size > 0) throw errno("ENOTEMPTY", "rmdir", file);
      unlinkFrom(parent("rmdir", file), path.basename(file), node);
    },
    statfsSync: () => {
      enter("statfsSync");
      return { type: 0xef53 };
    },
    unlinkSync: (file: string) => {
      enter("unlinkSync");
      const node = at("unlink", file);
      if (node.kind === "directory") throw errno("EISDIR", "unlink", file);
      unlinkFrom(parent("unlink", file), path.basename(file), node);
    },
    utimesSync: (file: string, _accessed: unknown, modified: Date) => {
      enter("utimesSync");
      at("utimes", file).mtimeMs = Number(modified);
    },
    writeSync: (fd: number, buffer: Uint8Array, offset = 0, length = buffer.length - offset) => {
      const given = Buffer.from(buffer.subarray(offset, offset + length));
      const bytes = mutation.write?.(given) ?? given;
      const fault = enter("writeSync", bytes);
      const file = opened(fd);
      const node = file.node as SimFile;
      const count = Math.min(fault?.tear ?? fault?.short ?? bytes.length, bytes.length);
      if (count > 0) append(node, bytes.subarray(0, count));
      if (fault?.die === true) dead = true;
      if (dead) throw errno("EKILLED", "write");
      hopes.set(node, { seen: 0, ...hopes.get(node), hoped: (hopes.get(node)?.seen ?? 0) + count });
      return count;
    },
  };

  return {
    disk: disk as unknown as Disk,
    get hook() {
      return self.hook;
    },
    set hook(hook) {
      self.hook = hook;
    },
    get calls() {
      return calls;
    },
    get dead() {
      return dead;
    },
    kill: () => {
      dead = true;
    },
  };
}
