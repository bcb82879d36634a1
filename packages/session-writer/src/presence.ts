import type { Disk } from "@agentlog/durable-fs";
import type { PresenceRecord, PresenceState, SessionId } from "@agentlog/types";
import { readPresenceFile, writerLiveness } from "./presence-file.js";
import { openSessionLog, type SessionStore } from "./session-log.js";
import { backwards, endOf, readTail, runOf, type Tail } from "./tail.js";

/** A beat is late after so many intervals. */
const STALE_AFTER_INTERVALS = 3;
/** An agent may think for minutes; with the default interval of 10 s this is 5 of them. */
const STALLED_AFTER_INTERVALS = 30;
/** With a record only its run's last event is wanted, which is one of the last unless others write too. */
const NEAR_EVENTS = 64;
/** A run that has no event so near the end is taken to be open. */
const FAR_EVENTS = 4_096;

export type ReadPresenceOptions = {
  /** Intervals without progress after which a beating writer is `stalled`. Default 30. */
  readonly stalledAfterIntervals?: number | undefined;
  /** Now, in milliseconds since 1970. Default: the clock. */
  readonly now?: number | undefined;
  /** Default: Node's `fs`. */
  readonly disk?: Disk | undefined;
};

/** How a session stands. */
export type Presence = {
  /** Undefined when nothing tells: nobody announced itself, and the last run has no end. An imported session may be so. */
  readonly state: PresenceState | undefined;
  /** The last heartbeat, where there is one. */
  readonly record?: PresenceRecord;
  /** Milliseconds since the last heartbeat, 0 for one from the future. */
  readonly ageMs?: number;
  /** Why the presence file could not be used; it then counts as absent. */
  readonly problem?: Error;
};

/**
 * Works out how a session stands from its presence file and the end of its log; a session nobody knows has no state.
 * The presence file can be anything without harm. Throws what reading the log throws: `NOT_A_LOG`, `UNSAFE_PATH`,
 * `IO_ERROR`; and `INVALID_ID`.
 */
export async function readPresence(
  store: SessionStore,
  id: SessionId,
  options: ReadPresenceOptions = {},
): Promise<Presence> {
  const { disk } = options;
  const log = openSessionLog(store, id, { disk });
  // The file first: a writer ends its log before it removes its file, so whoever reads in this order misses no end.
  const seen = seePresence(store, id, options);
  const tail = await readTail(log, seen.record === undefined ? FAR_EVENTS : NEAR_EVENTS);
  return judge(seen, tail, async (run) => {
    for await (const event of backwards(log, FAR_EVENTS)) {
      if (runOf(event) === run) return event.type === "session.ended";
    }
    return false;
  });
}

/** What the presence file alone tells, looked at once. */
export type SeenPresence = {
  readonly record?: PresenceRecord;
  readonly ageMs?: number;
  readonly problem?: Error;
  /** The state of a run that has no end. */
  readonly open: PresenceState | undefined;
};

/** Reads the presence file and looks at its writer. Never throws. */
export function seePresence(store: SessionStore, id: SessionId, options: ReadPresenceOptions = {}): SeenPresence {
  const { record, problem } = readPresenceFile(store.layout.session(id).presence, options.disk);
  if (record === undefined) return { open: undefined, ...(problem === undefined ? {} : { problem }) };
  const age = (options.now ?? Date.now()) - Date.parse(record.time);
  return { record, ageMs: Math.max(0, age), open: openState(record, age, options) };
}

/** Puts both together. `hasEnded` is asked only for a run that is not in the tail. */
export async function judge(
  seen: SeenPresence,
  tail: Tail,
  hasEnded: (run: number) => Promise<boolean>,
): Promise<Presence> {
  const { open, ...found } = seen;
  const { record } = found;
  const lastEnded = endOf(tail, tail.run) !== undefined;
  if (record === undefined) return { state: lastEnded ? "ended" : undefined, ...found };
  const over = tail.lastOf.has(record.run) ? endOf(tail, record.run) !== undefined : await hasEnded(record.run);
  if (!over) return { state: open, ...found };
  // A file whose run is over was left behind, or is about to be removed.
  return { state: lastEnded ? "ended" : undefined, ...found };
}

function openState(record: PresenceRecord, age: number, options: ReadPresenceOptions): PresenceState {
  const liveness = writerLiveness(record);
  if (liveness === "foreign") return "unknown-host";
  if (liveness === "dead") return "crashed";
  const { intervalMs } = record;
  // A writer without a heartbeat: no beat is ever late, and its process is all that tells.
  if (intervalMs === 0) return liveness === "alive" ? "live" : "stale";
  // A beat from the future is as doubtful as an old one: the clock was set back, or the record is not ours.
  if (Math.abs(age) > STALE_AFTER_INTERVALS * intervalMs) return "stale";
  const progress = Date.parse(record.time) - Date.parse(record.progressTime ?? record.time);
  const limit = (options.stalledAfterIntervals ?? STALLED_AFTER_INTERVALS) * intervalMs;
  return progress >= limit ? "stalled" : "live";
}
