import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { agentlogError, type AgentlogError } from "@agentlog/types";
import { type Disk, nodeDisk } from "../disk.js";
import { type CasDirectory, createCasDirectory } from "./cas-directory.js";
import { createHolderWatch, type HolderWatch } from "./holder-watch.js";
import { type HeldLock, type Lock, type LockWait } from "./lock.js";
import { type GuardedHold, guard } from "./proper-lockfile.js";
import { createSuccession } from "./quick-succession.js";
import { takeTurn } from "./turns.js";

export interface DirectoryLockOptions {
  /** Default: Node's `fs`. */
  readonly disk?: Disk;
  /**
   * Milliseconds without a refresh after which a holder whose liveness cannot be known loses the lock. Default 10,000, at
   * least 2,000 (proper-lockfile's own minimum; it refreshes at half of it).
   */
  readonly staleMs?: number;
}

const DEFAULT_TIMEOUT_MS = 15_000;
const SHORTEST_POLL_MS = 1;
const LONGEST_POLL_MS = 5;
/** Whoever has waited for a second waits with many: a hundred processes that poll every 5 ms leave no time to work. */
const LONG_WAIT_MS = 1_000;
const LONGEST_POLL_AFTER_LONG_MS = 20;
/** A look at the holder reads /proc: often enough to replace a dead one in under 50 ms, rarely enough to cost nothing. */
const LOOK_EVERY_MS = 15;

/** Locks held by an asynchronous `critical` of this thread: waiting for one of them synchronously would never end. */
const heldHere = new Set<string>();

/**
 * The lock of a store on a local disk: pure Node, no native code, released when its holder dies.
 *
 * @param lockPath the lock directory; its parent must exist. Processes that give the same path share the lock.
 */
export function createDirectoryLock(lockPath: string, options: DirectoryLockOptions = {}): Lock {
  const disk = options.disk ?? nodeDisk;
  const staleMs = Math.max(options.staleMs ?? 10_000, 2_000);
  const file = path.resolve(lockPath);
  const directory = createCasDirectory(file, disk);
  const succession = createSuccession(directory);
  const unguarded = { isOurs: directory.isOurs, touch: directory.touch, release: succession.release };

  /** True when the lock is free now, as far as can be seen: worth another try at once. */
  const evictTheDead = (watch: HolderWatch): boolean => {
    const holder = directory.holder();
    if (holder === undefined || !watch.mayEvict(holder)) return false;
    directory.evict(holder);
    return true;
  };

  const giveUp = (waiting: Waiting): AgentlogError<"LOCK_TIMEOUT"> =>
    timeout(file, waiting.watch.describe(), waiting.elapsedMs());

  const run = async <T>(critical: (held: HeldLock) => T | Promise<T>, wait: LockWait = {}): Promise<T> => {
    const waiting = startWaiting(wait, staleMs, disk);
    const turn = takeTurn(file);
    try {
      if (turn.ready !== undefined) await orTimeout(turn.ready, waiting, file);
      for (;;) {
        if (waiting.mayTry(directory) && directory.tryTake()) return await runHeld(critical);
        if (waiting.mayLook() && evictTheDead(waiting.watch)) continue;
        const pause = waiting.nextPauseMs();
        if (pause === undefined) throw giveUp(waiting);
        await sleep(pause);
      }
    } finally {
      succession.afterTry();
      turn.leave();
    }
  };

  /**
   * Not `async`: a synchronous `critical` has given the lock back when this returns, before any other code runs. So nothing
   * could refresh the lock meanwhile, and a process that dies in it is replaced at once: only a hold that goes on over turns
   * of the event loop is handed to proper-lockfile, whose signal listeners would keep a loop of appends from hearing Ctrl-C.
   */
  const runHeld = <T>(critical: (held: HeldLock) => T | Promise<T>): T | Promise<T> => {
    heldHere.add(file);
    let guarded: GuardedHold | undefined;
    let lost = false;
    const giveBack = (): void => {
      heldHere.delete(file);
      if (guarded === undefined) succession.release();
      else guarded.release();
    };
    let result: T | Promise<T>;
    try {
      result = critical({ stillHeld: () => !lost && guarded?.isLost() !== true && directory.isOurs() });
    } catch (error) {
      giveBack();
      throw error;
    }
    if (!(result instanceof Promise)) {
      giveBack();
      return result;
    }
    guarded = guard(unguarded, file, staleMs);
    lost = guarded === undefined;
    return result.finally(giveBack);
  };

  const runSync = <T>(critical: (held: HeldLock) => T, wait: LockWait = {}): T => {
    if (heldHere.has(file)) throw timeout(file, "this very thread", 0);
    const waiting = startWaiting(wait, staleMs, disk);
    try {
      for (;;) {
        if (waiting.mayTry(directory) && directory.tryTake()) return runHeld(critical) as T;
        if (waiting.mayLook() && evictTheDead(waiting.watch)) continue;
        const pause = waiting.nextPauseMs();
        if (pause === undefined) throw giveUp(waiting);
        Atomics.wait(PAUSE, 0, 0, pause);
      }
    } finally {
      succession.afterTry();
    }
  };

  return { run, runSync, sweep: directory.sweep, close: succession.close };
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));

interface Waiting {
  readonly watch: HolderWatch;
  elapsedMs(): number;
  leftMs(): number;
  /** The first time always: mostly nobody holds it. */
  mayTry(directory: CasDirectory): boolean;
  /** Whether it is time to look at the holder again. */
  mayLook(): boolean;
  /** Milliseconds to the next try, growing from 1 to 5 and later to 20, with jitter; undefined when the time is up. */
  nextPauseMs(): number | undefined;
}

function startWaiting(wait: LockWait, staleMs: number, disk: Disk): Waiting {
  const timeoutMs = wait.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const started = performance.now();
  let watch: HolderWatch | undefined;
  let hasTried = false;
  let pollMs = SHORTEST_POLL_MS;
  let lastLook = Number.NEGATIVE_INFINITY;
  const elapsedMs = (): number => performance.now() - started;
  return {
    get watch() {
      return (watch ??= createHolderWatch({ staleMs, disk, now: () => performance.now() }));
    },
    elapsedMs,
    leftMs: () => timeoutMs - elapsedMs(),
    mayTry: (directory) => {
      const isFirst = !hasTried;
      hasTried = true;
      return isFirst || directory.looksFree();
    },
    mayLook: () => {
      const now = performance.now();
      if (now - lastLook < LOOK_EVERY_MS) return false;
      lastLook = now;
      return true;
    },
    nextPauseMs: () => {
      const elapsed = elapsedMs();
      if (elapsed >= timeoutMs) return undefined;
      const pause = pollMs * (0.5 + Math.random());
      pollMs = Math.min(pollMs * 1.5, elapsed < LONG_WAIT_MS ? LONGEST_POLL_MS : LONGEST_POLL_AFTER_LONG_MS);
      return pause;
    },
  };
}

async function orTimeout(ready: Promise<void>, waiting: Waiting, file: string): Promise<void> {
  const told = ready.then(() => "ready" as const);
  for (;;) {
    const stop = new AbortController();
    const pause = sleep(Math.max(1, waiting.leftMs()), "over", { signal: stop.signal, ref: false }).catch(() => "over");
    const first = await Promise.race([told, pause]);
    stop.abort();
    if (first === "ready") return;
    // Timers fire up to a millisecond early: the clock decides, not the timer.
    if (waiting.leftMs() <= 0) throw timeout(file, "this process", waiting.elapsedMs());
  }
}

function timeout(file: string, holder: string | undefined, waitedMs: number): AgentlogError<"LOCK_TIMEOUT"> {
  return agentlogError(
    "LOCK_TIMEOUT",
    `the lock ${file} was not free within ${Math.round(waitedMs)} ms: held by ${holder ?? "others in turn"}; try again, or look at that process`,
    { path: file, holder, waitedMs: Math.round(waitedMs) },
  );
}
