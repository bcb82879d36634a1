import fs, { type Stats } from "node:fs";
import { canLeaveBlockedThread } from "./leave.js";

/** What came on stdin, as far as it was taken. */
export interface Input {
  readonly bytes: Buffer;
  /** How many there were in all; more than `bytes` when they were over the limit. */
  readonly total: number;
  /** Whether the end was seen. Without it the writer may still hold its side open. */
  readonly ended: boolean;
}

export interface InputBounds {
  /** Bytes that are kept. What comes behind them is read and thrown away, so that the writer never meets a closed pipe. */
  readonly maxBytes: number;
  /** Milliseconds without a byte after which nothing more is expected. */
  readonly idleMs: number;
  /** Milliseconds in all. */
  readonly totalMs: number;
}

/** A complete payload needs no end behind it: after so many milliseconds without a byte it is looked at. */
const SETTLE_MS = 100;
const CHUNK = 64 * 1024;
/** A writer without an end must not keep the clock from being looked at. */
const READS_PER_TURN = 16;

/**
 * Reads a descriptor to its end, or as far as the bounds go. A terminal and `/dev/null` have nothing for a hook and are not
 * read at all. Calls back once, with undefined where there is nothing to read.
 */
export function readInput(fd: number, bounds: InputBounds, done: (input: Input | undefined) => void): void {
  const stats = statOf(fd);
  if (stats === undefined || stats.isCharacterDevice() || stats.isDirectory()) done(undefined);
  else if (stats.isFile()) done(readFile(fd, stats.size, bounds));
  else readStream(fd, stats.isFIFO(), bounds, done);
}

function statOf(fd: number): Stats | undefined {
  try {
    return fs.fstatSync(fd);
  } catch {
    return undefined;
  }
}

/** A redirected file is there at once, and its size is known. */
function readFile(fd: number, size: number, { maxBytes }: InputBounds): Input {
  const bytes = Buffer.allocUnsafe(Math.min(size, maxBytes));
  let length = 0;
  while (length < bytes.length) {
    const read = fs.readSync(fd, bytes, length, bytes.length - length, null);
    if (read === 0) break;
    length += read;
  }
  return { bytes: bytes.subarray(0, length), total: size > maxBytes ? size : length, ended: true };
}

/** A pipe or a socket: whoever is at its other end may be slow, or silent for ever. */
function readStream(fd: number, isPipe: boolean, bounds: InputBounds, done: (input: Input) => void): void {
  const kept = createKept(bounds.maxBytes);
  let over = false;
  const until = Date.now() + bounds.totalMs;
  let last = Date.now();
  const finish = (ended: boolean): void => {
    over = true;
    clearInterval(watch);
    done(kept.input(ended));
  };
  const watch = setInterval(() => {
    const idle = Date.now() - last;
    if (idle >= SETTLE_MS && kept.isWhole()) finish(false);
    else if (idle >= bounds.idleMs || Date.now() >= until) finish(false);
  }, SETTLE_MS);
  const take = (bytes: Buffer): void => {
    last = Date.now();
    kept.add(bytes);
  };
  const polled = openForPolling(fd, isPipe);
  if (polled !== undefined) readByPolling(polled, take, finish, () => over);
  else if (canLeaveBlockedThread) readByThread(fd, take, finish);
  else readBySocket(fd, take, finish);
}

/** Linux gives a pipe a second time, as one whose reads return at once: nothing need be loaded for it and nothing waits. */
function openForPolling(fd: number, isPipe: boolean): number | undefined {
  if (!isPipe || process.platform !== "linux") return undefined;
  try {
    return fs.openSync(`/proc/self/fd/${fd}`, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}

function readByPolling(
  fd: number,
  take: (bytes: Buffer) => void,
  finish: (ended: boolean) => void,
  isOver: () => boolean,
): void {
  const chunk = Buffer.allocUnsafe(CHUNK);
  const next = (): void => {
    if (isOver()) return;
    try {
      for (let reads = 0; reads < READS_PER_TURN; reads++) {
        const size = fs.readSync(fd, chunk, 0, CHUNK, null);
        if (size === 0) {
          finish(true);
          return;
        }
        take(chunk.subarray(0, size));
      }
      setImmediate(next);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") setTimeout(next, 1);
      else finish(true);
    }
  };
  next();
}

function readByThread(fd: number, take: (bytes: Buffer) => void, finish: (ended: boolean) => void): void {
  const chunk = Buffer.allocUnsafe(CHUNK);
  const next = (): void =>
    fs.read(fd, chunk, 0, CHUNK, null, (error, size) => {
      // An inherited socket may be non-blocking: its writer is not ready yet.
      if (error?.code === "EAGAIN") setTimeout(next, 1);
      else if (error !== null || size === 0) finish(true);
      else {
        take(chunk.subarray(0, size));
        next();
      }
    });
  next();
}

/** Loading what a socket needs takes 3 to 4 ms. */
function readBySocket(fd: number, take: (bytes: Buffer) => void, finish: (ended: boolean) => void): void {
  const stdin = fd === 0 ? process.stdin : fs.createReadStream("", { fd });
  stdin.on("data", take);
  stdin.on("end", () => finish(true));
  stdin.on("error", () => finish(true));
}

interface Kept {
  add(bytes: Buffer): void;
  /** True when what came is one JSON text. */
  isWhole(): boolean;
  input(ended: boolean): Input;
}

function createKept(maxBytes: number): Kept {
  const chunks: Buffer[] = [];
  let size = 0;
  let total = 0;
  /** How much was there when it was last looked at. */
  let looked = 0;
  const bytes = (): Buffer => Buffer.concat(chunks);
  return {
    add: (chunk) => {
      const part = chunk.subarray(0, maxBytes - size);
      if (part.length > 0) chunks.push(Buffer.from(part));
      size += part.length;
      total += chunk.length;
    },
    isWhole: () => {
      if (total === looked || total > size) return false;
      looked = total;
      return isJson(bytes());
    },
    input: (ended) => ({ bytes: bytes(), total, ended }),
  };
}

function isJson(bytes: Buffer): boolean {
  try {
    JSON.parse(bytes.toString("utf8"));
    return true;
  } catch {
    return false;
  }
}
