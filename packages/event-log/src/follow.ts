import fs from "node:fs";
import { dirname } from "node:path";
import { type Disk } from "@agentlog/durable-fs";
import { createAcceptor, type Damage, type Entry } from "./acceptance.js";
import { type Anchor, FILE_START } from "./anchor.js";
import { locate } from "./locate.js";
import { type LogFile, logReplaced, openForRead } from "./log-file.js";
import { createScan } from "./scan.js";
import { type ReadOptions } from "./read.js";

export interface FollowOptions extends Pick<ReadOptions, "from" | "onDamage" | "signal"> {
  /** Milliseconds between two looks where the system does not tell of changes. Default 200. */
  readonly pollMs?: number;
}

const BYTES_PER_TURN = 1024 * 1024;

/**
 * [EL-11] Accepted entries, those there are and then those to come, each once, until the signal. Goes on when a repair
 * replaces the file, and waits for a file that is not there yet. Throws `LOG_REPLACED` when the log became shorter.
 */
export async function* followEntries(disk: Disk, path: string, options: FollowOptions): AsyncGenerator<Entry> {
  const { from = 0, signal } = options;
  const aborted = (): boolean => signal?.aborted === true;
  const changes = watchFile(path, options.pollMs ?? 200, signal);
  let reader: Reader | undefined;
  let next = from;
  try {
    while (!aborted()) {
      reader ??= openReader(disk, path, next, options.onDamage);
      for (const entry of reader?.read() ?? []) {
        if (entry.event.seq < next) continue;
        next = entry.event.seq + 1;
        yield entry;
        if (aborted()) return;
      }
      if (reader?.more === true) continue;
      if (reader?.replaced() === true) {
        reader.close();
        reader = undefined;
        continue;
      }
      await changes.next();
    }
  } finally {
    reader?.close();
    changes.close();
  }
}

interface Reader {
  read(): readonly Entry[];
  /** Whether there may be more to read at once. */
  readonly more: boolean;
  replaced(): boolean;
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
  const start: Anchor = from === 0 ? FILE_START : locate(disk, file.fd, file.size() ?? 0, from);
  let piece: Entry[] = [];
  const acceptor = createAcceptor(
    start,
    { accept: (entry) => piece.push(entry), ...(onDamage === undefined ? {} : { damage: onDamage }) },
    "none",
  );
  const scan = createScan(disk, file.fd, acceptor, start.offset);
  let more = true;
  return {
    read: () => {
      piece = [];
      more = scan.step(BYTES_PER_TURN);
      return piece;
    },
    get more() {
      return more;
    },
    replaced: () => wasReplaced(disk, path, file, scan.offset),
    close: file.close,
  };
}

function wasReplaced(disk: Disk, path: string, file: LogFile, read: number): boolean {
  const size = file.size();
  if (size === undefined) return disk.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  if (size < read) throw logReplaced(path, "became shorter");
  return false;
}

interface Changes {
  /** Resolves at the next change, poll or abort. */
  next(): Promise<void>;
  close(): void;
}

/** The folder is watched, not the file: the file may not exist yet, and a repair puts another in its place. */
function watchFile(path: string, pollMs: number, signal: AbortSignal | undefined): Changes {
  let wake: (() => void) | undefined;
  let changed = false;
  const notify = (): void => {
    changed = true;
    wake?.();
  };
  const timer = setInterval(notify, pollMs);
  signal?.addEventListener("abort", notify, { once: true });
  let watcher: fs.FSWatcher | undefined;
  try {
    watcher = fs.watch(dirname(path), { persistent: false }, notify);
    watcher.on("error", () => watcher?.close());
  } catch {
    // No watches left, or no folder yet: polling finds the changes too.
  }
  return {
    next: async () => {
      if (!changed) await new Promise<void>((resolve) => (wake = resolve));
      changed = false;
      wake = undefined;
    },
    close: () => {
      clearInterval(timer);
      signal?.removeEventListener("abort", notify);
      watcher?.close();
    },
  };
}
