import { type CasDirectory } from "./cas-directory.js";

/** A hold that begins within so many milliseconds of the last one is one of a quick succession. */
const QUICK_MS = 1_000;

/** Directories kept for a next hold, each with what removes it. */
const kept = new Set<() => void>();
let listening = false;
let ending = false;

/** How holds of one lock are given back. */
export interface Succession {
  /** Gives a hold back; in a quick succession its directory is kept for the next one. */
  release(): boolean;
  /** Removes what a try left that did not get the lock; what is kept stays. */
  afterTry(): void;
  /** Removes what is kept. */
  close(): void;
}

/**
 * Keeps the lock's directory prepared while holds follow each other quickly, and removes it when they do not any more or the
 * process ends. What a killed process had kept is swept with its other leftovers.
 */
export function createSuccession(directory: CasDirectory): Succession {
  let last = Number.NEGATIVE_INFINITY;
  let keeps = false;
  let timer: NodeJS.Timeout | undefined;

  const close = (): void => {
    clearTimeout(timer);
    timer = undefined;
    kept.delete(close);
    keeps = false;
    directory.discard();
  };

  const closeWhenOver = (): void => {
    const left = last + QUICK_MS - performance.now();
    if (left <= 0) close();
    else timer = setTimeout(closeWhenOver, left).unref();
  };

  const keep = (): void => {
    keeps = true;
    if (!listening) process.once("exit", closeAll);
    listening = true;
    kept.add(close);
    timer ??= setTimeout(closeWhenOver, QUICK_MS).unref();
  };

  return {
    release: () => {
      const now = performance.now();
      const quick = now - last < QUICK_MS && !ending;
      last = now;
      if (!quick) return directory.release();
      const ours = directory.handBack();
      if (ours) keep();
      return ours;
    },
    afterTry: () => {
      if (!keeps) directory.discard();
    },
    close,
  };
}

function closeAll(): void {
  ending = true;
  for (const close of kept) close();
}
