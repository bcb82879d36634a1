import fs from "node:fs";
import { dirname } from "node:path";

/** Tells when a file may have changed. */
export interface FileWatch {
  /** Resolves at the next change, poll or abort. */
  next(): Promise<void>;
  close(): void;
}

/** The folder is watched, not the file: the file may not exist yet, and a repair puts another in its place. */
export function watchFile(path: string, pollMs: number, signal: AbortSignal | undefined): FileWatch {
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
