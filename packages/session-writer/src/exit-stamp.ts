import type { Outcome } from "@agentlog/types";
import { diesOf, markOurs } from "./signal-listeners.js";

/** How the program ended, as far as it can be seen from inside. */
export type ProgramEnd = {
  readonly outcome: Outcome;
  readonly reason: "exit" | "error" | "signal";
  readonly exitCode?: number;
  readonly signal?: string;
  /** First line of the error's message. */
  readonly error?: string;
};

/** Writes an end, synchronously, waiting for a lock at most so many milliseconds. */
export type Stamp = (end: ProgramEnd, lockWaitMs: number) => void;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
type StampedSignal = (typeof SIGNALS)[number];

/** One session waits so long for its lock, and all of them together: a program that ends must not be held up. */
const LOCK_WAIT_MS = 500;
const TOTAL_WAIT_MS = 2_000;
const LONGEST_ERROR = 500;

/** One set of process listeners serves all sessions of the process. */
const stamps = new Set<Stamp>();
/** What is ending the program right now; forgotten when a handler of the program's own saves it. */
let fatal: string | undefined;

/** Has `stamp` called when the program ends, until the returned function is called. */
export function onProgramEnd(stamp: Stamp): () => void {
  if (stamps.size === 0) listen();
  stamps.add(stamp);
  return () => {
    if (stamps.delete(stamp) && stamps.size === 0) unlisten();
  };
}

function stampAll(end: ProgramEnd): void {
  const started = performance.now();
  for (const stamp of stamps) {
    const left = TOTAL_WAIT_MS - (performance.now() - started);
    try {
      stamp(end, Math.max(0, Math.min(LOCK_WAIT_MS, left)));
    } catch {
      // The program ends as it meant to; readers see a run without an end, whose process is gone.
    }
  }
  stamps.clear();
  unlisten();
}

function onExit(exitCode: number): void {
  if (fatal === undefined) stampAll({ outcome: "failure", reason: "exit", exitCode });
  else stampAll({ outcome: "failure", reason: "error", exitCode, error: fatal });
}

/** A monitor changes nothing: Node prints the error and exits as it would without it, or a handler of the program takes over. */
function onUncaught(error: unknown): void {
  fatal = firstLine(error);
  // Still here in the next turn: the program has its own handler and lives on.
  setImmediate(() => (fatal = undefined)).unref();
}

/**
 * Listening to a signal takes away its default, which is to end the process; so after the stamp the listener goes and the
 * signal is sent again. With a listener of the program's own there is no default to keep: what that one decides, perhaps
 * to exit, shows at "exit".
 */
function onSignal(signal: StampedSignal): void {
  if (!diesOf(signal)) return;
  stampAll({ outcome: "aborted", reason: "signal", signal });
  // signal-exit ends the process by the signal from here. Sent alone, the signal would wait for the loop while it listens,
  // and the program would run on into its closed sessions.
  process.emit(signal, signal);
  process.kill(process.pid, signal);
  // Only where two versions of signal-exit listen it arrives in the next turn of the loop: there must be one.
  setImmediate(() => {});
}

const signalListener = markOurs((signal: NodeJS.Signals) => onSignal(signal as StampedSignal));

function listen(): void {
  process.on("exit", onExit);
  process.on("uncaughtExceptionMonitor", onUncaught);
  for (const signal of SIGNALS) process.on(signal, signalListener);
}

function unlisten(): void {
  process.off("exit", onExit);
  process.off("uncaughtExceptionMonitor", onUncaught);
  for (const signal of SIGNALS) process.off(signal, signalListener);
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : typeof error === "string" ? error : typeof error;
  return (
    text
      .trimStart()
      .split(/[\r\n]/, 1)[0]
      ?.slice(0, LONGEST_ERROR) || "unknown error"
  );
}
