import { type Disk, nodeDisk } from "@agentlog/durable-fs";
import { agentlogError, type PresenceState, type SessionId } from "@agentlog/types";
import { sessionIds } from "./find-session.js";
import { judge, seePresence, type SeenPresence } from "./presence.js";
import { openSessionLog, type SessionLog, type SessionStore } from "./session-log.js";
import { describeHead, type SessionHead } from "./session-head.js";
import { endOf, readTail, type Tail } from "./tail.js";

/** The end of a log that is looked at for a list. */
const TAIL_EVENTS = 64;

/** One session in a list. What is undefined, its log does not say. */
export type SessionSummary = SessionHead & {
  readonly id: SessionId;
  /** When its last event happened, RFC 3339. */
  readonly lastEventAt: string;
  /** Number of events. */
  readonly events: number;
  /** The last run; 0 when no event near the end of the log tells. */
  readonly run: number;
  /** How the last run ended. */
  readonly outcome: string | undefined;
  readonly presence: PresenceState | undefined;
};

export type ListSessionsOptions = {
  /** At most so many sessions. Default: all. */
  readonly limit?: number | undefined;
  readonly agent?: string | undefined;
  /** Only sessions that came from this one. */
  readonly parent?: SessionId | undefined;
  /** Only sessions that worked in this directory. */
  readonly cwd?: string | undefined;
  /** Only sessions that stand like this. */
  readonly presence?: readonly PresenceState[] | undefined;
  /** Default: Node's `fs`. */
  readonly disk?: Disk | undefined;
};

export type SessionList = {
  /** Newest activity first, by the times in the logs: a copied or touched file does not move. */
  readonly sessions: readonly SessionSummary[];
  /** Sessions that are there and could not be read. They hide no others. */
  readonly unreadable: readonly { readonly id: SessionId; readonly error: Error }[];
};

type Found = {
  readonly id: SessionId;
  readonly log: SessionLog;
  readonly seen: SeenPresence;
  readonly tail: Tail;
  readonly lastEventAt: string;
  readonly lastSeq: number;
};

/**
 * Lists the sessions of a store. Of each log only the end is read, and for those that are listed the beginning. Throws
 * `IO_ERROR` when the store's folder cannot be listed.
 */
export async function listSessions(store: SessionStore, options: ListSessionsOptions = {}): Promise<SessionList> {
  const { limit = Number.POSITIVE_INFINITY, disk = nodeDisk } = options;
  const found: Found[] = [];
  const unreadable: { id: SessionId; error: Error }[] = [];
  for (const id of sessionIds(store, disk)) {
    try {
      const session = await lookAt(store, id, disk);
      if (session !== undefined) found.push(session);
    } catch (error) {
      unreadable.push({ id, error: error as Error });
    }
  }
  found.sort((a, b) => compare(b.lastEventAt, a.lastEventAt) || compare(b.id, a.id));
  const sessions: SessionSummary[] = [];
  for (const session of found) {
    if (sessions.length >= limit) break;
    try {
      const summary = await summarize(session);
      if (isWanted(summary, options)) sessions.push(summary);
    } catch (error) {
      unreadable.push({ id: session.id, error: error as Error });
    }
  }
  return { sessions, unreadable };
}

/** What a list would say of one session. Throws `NOT_FOUND` when it has no events, and what reading its log throws. */
export async function summarizeSession(
  store: SessionStore,
  id: SessionId,
  { disk = nodeDisk }: { readonly disk?: Disk | undefined } = {},
): Promise<SessionSummary> {
  const found = await lookAt(store, id, disk);
  if (found !== undefined) return summarize(found);
  throw agentlogError("NOT_FOUND", `session ${id} has no events`, { what: "session", id });
}

/** Undefined for a session that has no events yet. */
async function lookAt(store: SessionStore, id: SessionId, disk: Disk): Promise<Found | undefined> {
  const log = openSessionLog(store, id, { disk });
  const seen = seePresence(store, id, { disk });
  const { lastSeq } = log.stat();
  if (lastSeq < 0) return undefined;
  const tail = await readTail(log, TAIL_EVENTS);
  return { id, log, seen, tail, lastSeq, lastEventAt: tail.last?.time ?? "" };
}

async function summarize({ id, log, seen, tail, lastEventAt, lastSeq }: Found): Promise<SessionSummary> {
  // A run that is not in the tail any more has no event after it: for a list that is close enough to open.
  const { state } = await judge(seen, tail, async () => false);
  const outcome: unknown = endOf(tail, tail.run)?.data.outcome;
  return {
    id,
    ...(await describeHead(log)),
    lastEventAt,
    events: lastSeq + 1,
    run: tail.run,
    outcome: typeof outcome === "string" ? outcome : undefined,
    presence: state,
  };
}

function isWanted(summary: SessionSummary, { agent, parent, cwd, presence }: ListSessionsOptions): boolean {
  return (
    (agent === undefined || summary.agent === agent) &&
    (parent === undefined || summary.parent === parent) &&
    (cwd === undefined || summary.cwd === cwd) &&
    (presence === undefined || (summary.presence !== undefined && presence.includes(summary.presence)))
  );
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
