import { setImmediate as turn } from "node:timers/promises";
import { type Disk } from "@agentlog/durable-fs";
import { toIoError } from "@agentlog/types";
import { createAcceptor, type Damage, type Entry } from "./acceptance.js";
import { type Anchor, FILE_START } from "./anchor.js";
import { watchFile } from "./file-watch.js";
import { locate } from "./locate.js";
import { type LogFile, logReplaced, openForRead } from "./log-file.js";
import { type ReadOptions } from "./read.js";
import { createScan } from "./scan.js";

export interface FollowOptions extends Pick<ReadOptions, "from" | "onDamage" | "signal"> {
  /** Milliseconds between two looks where the system does not tell of changes. Default 200. */
  readonly pollMs?: number;
}

const BYTES_PER_TURN = 1024 * 1024;

/**
 * [EL-11] Accepted entries, those there are and then those to come, each once, until the signal. Goes on when a repair
 * replaces the file, and waits for a file that is not there yet. Throws `LOG_REPLACED` when the log became shorter, or
 * another log took its place or was written over it.
 */
export async function* followEntries(disk: Disk, path: string, options: FollowOptions): AsyncGenerator<Entry> {
  const { from = 0, onDamage, signal } = options;
  const aborted = (): boolean => signal?.aborted === true;
  const changes = watchFile(path, options.pollMs ?? 200, signal);
  let reader: Reader | undefined;
  let last: { readonly seq: number; readonly id: string } | undefined;
  try {
    while (!aborted()) {
      reader ??= openReader(disk, path, last?.seq ?? from, onDamage);
      for (const { entry, id, seq } of reader?.read() ?? []) {
        if (aborted()) return;
        // The last one seen is read again in a file that a repair has put there: it tells that it is the same log.
        if (seq === last?.seq && id !== last.id) throw logReplaced(path, "was replaced by another log");
        if (seq < from || (last !== undefined && seq <= last.seq)) continue;
        last = { seq, id };
        yield entry;
      }
      if (reader?.more === true) {
        await turn();
      } else if (reader?.isReplaced() === true) {
        reader.close();
        reader = undefined;
        if (last !== undefined) assertHas(disk, path, last.seq);
      } else {
        await changes.next();
      }
    }
  } catch (error) {
    throw toIoError(error, path, "following");
  } finally {
    reader?.close();
    changes.close();
  }
}

interface Reader {
  read(): readonly { readonly entry: Entry; readonly id: string; readonly seq: number }[];
  /** Whether there may be more to read at once. */
  readonly more: boolean;
  /** Whether another file is at the path. */
  isReplaced(): boolean;
  close(): void;
}

function openReader(
  disk: Disk,
  path: string,
  from: number,
  onDamage: ((damage: Damage) => void) | undefined,
): Reader | undefined {
  const file = openForRead(disk, path);
  if (file === undefined) return undefined;
  const start: Anchor = from === 0 ? FILE_START : locate(disk, file.fd, file.bytes(), from);
  let piece: Entry[] = [];
  let last: { readonly end: number; readonly crc: string } | undefined;
  const accept = (entry: Entry): void => {
    piece.push(entry);
    last = { end: entry.end, crc: entry.event.crc };
  };
  const acceptor = createAcceptor(start, { accept, damage: onDamage }, "none");
  const scan = createScan(disk, file.fd, acceptor, start.offset);
  let more = true;
  return {
    read: () => {
      if (!more && last !== undefined) assertKeeps(disk, path, file.fd, last);
      piece = [];
      more = scan.step(BYTES_PER_TURN);
      if (!more) acceptor.settle();
      return piece.map((entry) => ({ entry, id: entry.event.id, seq: entry.event.seq }));
    },
    get more() {
      return more;
    },
    isReplaced: () => isReplaced(disk, path, file, scan.offset),
    close: () => file.close(),
  };
}

function isReplaced(disk: Disk, path: string, file: LogFile, read: number): boolean {
  const size = file.size();
  if (size === undefined) return disk.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  if (size < read) throw logReplaced(path, "became shorter");
  return false;
}

/** What was read last is still in its place, or another log was written over this one, which only its size would tell. */
function assertKeeps(disk: Disk, path: string, fd: number, last: { readonly end: number; readonly crc: string }): void {
  const expected = `,"crc":"${last.crc}"}\n`;
  const there = Buffer.alloc(expected.length);
  const count = disk.readSync(fd, there, 0, there.length, last.end - there.length);
  if (count === there.length && there.toString("latin1") !== expected) throw logReplaced(path, "was overwritten");
}

/** A log that was begun anew does not have the numbers that were seen. */
function assertHas(disk: Disk, path: string, seq: number): void {
  const file = openForRead(disk, path);
  if (file === undefined) return;
  try {
    let reached = false;
    const start = locate(disk, file.fd, file.bytes(), seq);
    const acceptor = createAcceptor(start, { accept: ({ event }) => (reached ||= event.seq >= seq) }, "none");
    createScan(disk, file.fd, acceptor, start.offset).step();
    acceptor.settle();
    if (!reached) throw logReplaced(path, "was replaced by another log");
  } finally {
    file.close();
  }
}
