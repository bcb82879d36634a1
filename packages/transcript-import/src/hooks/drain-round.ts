import { nodeDisk, type Spool, type SpoolEntry } from "@agentlog/durable-fs";
import { deriveSessionId, type SessionId, type Sighting } from "@agentlog/types";
import { appendCalls, type AppendedCalls, type MappedCall } from "./append-calls.js";
import { readCaptured } from "./captured.js";
import { isConfirmed } from "./confirmed.js";
import { type DrainOptions } from "./drain.js";
import { hookMappers } from "./mappers.js";
import { setAside, type SetAside } from "./set-aside.js";
import { mergeSightings } from "./sightings.js";

/** What the rounds of a drain have done so far. */
export interface DrainTally {
  drained: number;
  events: number;
  readonly sessions: Set<SessionId>;
  readonly unreadable: SetAside[];
}

export function createTally(): DrainTally {
  return { drained: 0, events: 0, sessions: new Set(), unreadable: [] };
}

/** A payload that waits until something confirms its session. */
export interface PendingEntry {
  readonly entry: SpoolEntry;
  readonly session: SessionId;
}

/** The calls of one session in one round. */
interface SessionCalls {
  readonly session: SessionId;
  readonly agent: string;
  readonly calls: MappedCall[];
}

/** Bytes of payloads held at once. */
const ROUND_BYTES = 32 * 1024 * 1024;
/** An hour: an agent that starts a session does so within seconds. */
const PENDING_MS = 3_600_000;

/**
 * Takes in the first of these entries, as many as fit into memory at once. The order is that of safety: events into the logs, the
 * sessions to the registry, and only then are the payloads let go.
 */
export async function drainRound(
  options: DrainOptions,
  spool: Spool,
  entries: readonly SpoolEntry[],
  tally: DrainTally,
): Promise<{ readonly looked: number; readonly pending: readonly PendingEntry[] }> {
  const { layout, disk = nodeDisk, now = () => new Date(), pendingMs = PENDING_MS } = options;
  const aside = (call: { readonly name: string; readonly bytes: Buffer }, reason: string): void =>
    attempt(options, `${call.name} could not be moved to quarantine`, () => {
      tally.unreadable.push(setAside(layout, spool, call, reason, disk));
    });

  const { looked, groups } = readRound(options, spool, entries, aside);
  const pending: PendingEntry[] = [];
  const done: MappedCall[] = [];
  for (const { session, agent, calls } of groups) {
    if (!isConfirmed(calls, layout.session(session).events, disk)) {
      for (const call of calls) {
        const age = now().getTime() - Date.parse(call.mapped.sighting.at);
        if (age > pendingMs) aside(call, "unconfirmed-session");
        else pending.push({ entry: call.entry, session });
      }
      continue;
    }
    const result = await appendTo(options, spool, session, agent, calls);
    if (result === undefined) continue;
    tally.events += result.appended;
    tally.sessions.add(session);
    done.push(...result.done);
    for (const call of result.refused) aside(call, "refused-by-log");
  }
  if (await tell(options, done)) for (const call of done) letGo(options, spool, call, tally);
  return { looked, pending };
}

/** What can be read of the entries, by session, in capture order. */
function readRound(
  options: DrainOptions,
  spool: Spool,
  entries: readonly SpoolEntry[],
  aside: (call: { readonly name: string; readonly bytes: Buffer }, reason: string) => void,
): { readonly looked: number; readonly groups: readonly SessionCalls[] } {
  const groups = new Map<SessionId, SessionCalls>();
  let looked = 0;
  let held = 0;
  for (const entry of entries) {
    if (held > ROUND_BYTES) break;
    looked += 1;
    const bytes = attempt(options, `${entry.name} could not be read`, () => spool.read(entry.name));
    // Another drain has done with it.
    if (bytes === undefined) continue;
    held += bytes.length;
    const read = { name: entry.name, bytes };
    const call = readCaptured(bytes);
    if (typeof call === "string") {
      aside(read, call);
      continue;
    }
    const mapper = hookMappers.get(call.agent);
    const mapped = mapper?.(call);
    if (mapped === undefined) {
      aside(read, mapper === undefined ? "unknown-agent" : "no-session");
      continue;
    }
    const session = deriveSessionId(call.agent, mapped.native);
    const group = groups.get(session) ?? { session, agent: call.agent, calls: [] };
    groups.set(session, group);
    group.calls.push({ ...read, entry, mark: entry.mark, mapped });
  }
  return { looked, groups: [...groups.values()] };
}

/** Undefined when the session's log cannot be had now: its payloads wait, and hide no other session's. */
async function appendTo(
  options: DrainOptions,
  spool: Spool,
  session: SessionId,
  agent: string,
  calls: readonly MappedCall[],
): Promise<AppendedCalls | undefined> {
  const { openSessionLog, onProblem } = options;
  try {
    const log = openSessionLog(session);
    try {
      return await appendCalls(log, agent, spool, calls);
    } finally {
      await log.close();
    }
  } catch (cause) {
    onProblem?.({
      message: `what hooks captured of ${session} waits, its log cannot be written to: ${textOf(cause)}`,
      cause,
    });
    return undefined;
  }
}

/** True when the registry knows of all of them. */
async function tell({ registry, onProblem }: DrainOptions, done: readonly MappedCall[]): Promise<boolean> {
  if (registry === undefined || done.length === 0) return true;
  // Names sort by the time of capture: a clear is told by two sessions, one after the other.
  const ordered = done.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const sightings: readonly Sighting[] = mergeSightings(ordered.map(({ mapped }) => mapped.sighting));
  try {
    await registry.seen(sightings);
    return true;
  } catch (cause) {
    onProblem?.({ message: `what hooks captured waits, the registry cannot be told: ${textOf(cause)}`, cause });
    return false;
  }
}

function letGo(options: DrainOptions, spool: Spool, call: MappedCall, tally: DrainTally): void {
  attempt(options, `${call.name} could not be removed from the spool`, () => {
    spool.remove(call.name);
    tally.drained += 1;
  });
}

function attempt<T>({ onProblem }: DrainOptions, failed: string, act: () => T): T | undefined {
  try {
    return act();
  } catch (cause) {
    onProblem?.({ message: `${failed}: ${textOf(cause)}`, cause });
    return undefined;
  }
}

const textOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));
