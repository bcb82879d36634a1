import { isEventOf, type SessionEventOf, type UnknownSessionEvent } from "@agentlog/types";
import type { SessionLog } from "./session-log.js";

const FIRST_WINDOW = 64;
const GROWTH = 8;
/** No run number a writer ever reaches; a larger one is damage or mischief, and must not be counted on from. */
const LARGEST_RUN = 1_000_000_000;

/** The events of a log from the last one backwards, read in growing steps, at most `limit` of them. */
export async function* backwards(log: SessionLog, limit: number): AsyncGenerator<UnknownSessionEvent> {
  let to = log.stat().lastSeq;
  const first = Math.max(0, to - limit + 1);
  for (let size = FIRST_WINDOW; to >= first; size *= GROWTH) {
    const from = Math.max(first, to - size + 1);
    const window: UnknownSessionEvent[] = [];
    for await (const event of log.read({ from, to })) window.push(event);
    for (let index = window.length - 1; index >= 0; index--) yield window[index]!;
    to = from - 1;
  }
}

const OPENINGS: ReadonlySet<string> = new Set(["session.started", "session.resumed"]);

/** True for a number that a run may have. */
export function isRun(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= LARGEST_RUN;
}

/** The run an event belongs to; undefined when it says none. A start and an end without one are those of run 1. */
export function runOf(event: UnknownSessionEvent): number | undefined {
  const { run, type } = event;
  if (isRun(run)) return run;
  return OPENINGS.has(type) || type === "session.ended" ? 1 : undefined;
}

/** What the end of a log tells. */
export type Tail = {
  /** The highest run seen; 0 when no event has one. */
  readonly run: number;
  /** The last event of each run seen. */
  readonly lastOf: ReadonlyMap<number, UnknownSessionEvent>;
  readonly last: UnknownSessionEvent | undefined;
};

/**
 * Reads a log backwards as far as the newest opening of a run, at most `limit` events. Numbers of runs are given out in
 * order, so nothing before the newest opening can have a higher one.
 */
export async function readTail(log: SessionLog, limit: number): Promise<Tail> {
  const lastOf = new Map<number, UnknownSessionEvent>();
  let last: UnknownSessionEvent | undefined;
  for await (const event of backwards(log, limit)) {
    last ??= event;
    const run = runOf(event);
    if (run !== undefined && !lastOf.has(run)) lastOf.set(run, event);
    if (OPENINGS.has(event.type)) break;
  }
  return { run: Math.max(0, ...lastOf.keys()), lastOf, last };
}

/** The end of a run, looked for in its last event: after its end a writer writes no more. */
export function endOf(tail: Tail, run: number): SessionEventOf<"session.ended"> | undefined {
  const event = tail.lastOf.get(run);
  return event !== undefined && isEventOf(event, "session.ended") ? event : undefined;
}
