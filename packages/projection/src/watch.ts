import fs from "node:fs";
import { dirname } from "node:path";
import { type Disk } from "@agentlog/durable-fs";
import { stampOf } from "./log.js";
import { samePosition } from "./position.js";
import { type FoldPosition } from "./store.js";

export interface WatchLogOptions {
  readonly disk: Disk;
  readonly path: string;
  readonly debounceMs: number;
  readonly pollMs: number;
  readonly signal: AbortSignal;
  /** Catches up; how far. */
  readonly look: () => Promise<FoldPosition | undefined>;
}

/** A log that never rests is told of all the same. */
const LONGEST_DEBOUNCE = 10;

/**
 * Positions as the log moves on, each after its events were folded. The folder is watched, not the file: the file may not
 * be there yet, and a repair puts another in its place. Where the system tells nothing, a slow poll does.
 */
export async function* watchLog(options: WatchLogOptions): AsyncGenerator<FoldPosition | undefined> {
  const { disk, path, debounceMs, signal, look } = options;
  const changes = watchStamp(options);
  try {
    if (signal.aborted) return;
    let stamp = stampOf(disk, path);
    let last = await look();
    for (;;) {
      if (stampOf(disk, path) === stamp) await changes.wake();
      if (signal.aborted) return;
      if (stampOf(disk, path) === stamp) continue;
      const latest = performance.now() + debounceMs * LONGEST_DEBOUNCE;
      do {
        stamp = stampOf(disk, path);
        await changes.pause(debounceMs);
        if (signal.aborted) return;
      } while (stampOf(disk, path) !== stamp && performance.now() < latest);
      const position = await look();
      if (signal.aborted) return;
      if (!samePosition(position, last)) yield position;
      last = position;
    }
  } finally {
    changes.close();
  }
}

interface Changes {
  /** Resolves when something may have changed, or the signal came. */
  wake(): Promise<void>;
  /** Waits; not longer than to the signal. */
  pause(ms: number): Promise<void>;
  close(): void;
}

function watchStamp({ path, pollMs, signal }: WatchLogOptions): Changes {
  let watcher: fs.FSWatcher | undefined;
  let changed = false;
  let resume: (() => void) | undefined;
  const notify = (): void => {
    changed = true;
    resume?.();
  };
  /** Again with each poll: the folder may come later. */
  const arm = (): void => {
    if (watcher !== undefined) return;
    try {
      const armed = fs.watch(dirname(path), { persistent: false }, notify);
      armed.on("error", () => {
        armed.close();
        watcher = undefined;
      });
      watcher = armed;
    } catch {
      // No watches left, or no folder yet: polling finds the changes too.
    }
  };
  const timer = setInterval(() => {
    arm();
    notify();
  }, pollMs);
  signal.addEventListener("abort", notify, { once: true });
  arm();
  return {
    wake: async () => {
      if (!changed && !signal.aborted) await new Promise<void>((resolve) => (resume = resolve));
      changed = false;
      resume = undefined;
    },
    pause: async (ms) => {
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(wait);
          signal.removeEventListener("abort", end);
          resolve();
        };
        const wait = setTimeout(end, ms);
        signal.addEventListener("abort", end, { once: true });
      });
    },
    close: () => {
      clearInterval(timer);
      signal.removeEventListener("abort", notify);
      watcher?.close();
    },
  };
}
