import { type SessionId } from "@agentlog/types";
import { type OpenSessionLog } from "./session-log.js";
import { openSessionSink, type SessionSink } from "./session-sink.js";

/** The sessions an import is writing to, a few of them open. */
export interface OpenSessions {
  /** The session's sink, opened if need be. Valid until the next call. */
  sink(session: SessionId): Promise<SessionSink>;
  /** Writes what all of them took. */
  flush(): Promise<void>;
  /** Drops what was taken and not written, after a session's log failed. */
  drop(): Promise<void>;
  close(): Promise<void>;
  /** Every session so far, and those that were empty before and now have events. */
  readonly all: ReadonlySet<SessionId>;
  readonly fresh: ReadonlySet<SessionId>;
}

/** A session's files follow each other, so few need to be open; each costs the memory of its ids (32 to 64 bytes each). */
const MOST_OPEN = 8;
const MOST_IDS = 500_000;

export function createOpenSessions(openLog: OpenSessionLog, dryRun: boolean): OpenSessions {
  // In the order of their last use.
  const open = new Map<SessionId, SessionSink>();
  const all = new Set<SessionId>();
  const fresh = new Set<SessionId>();

  const note = (session: SessionId, sink: SessionSink): void => {
    if (sink.wasEmpty && sink.grew) fresh.add(session);
  };

  const close = async (session: SessionId, sink: SessionSink): Promise<void> => {
    try {
      await sink.flush();
    } finally {
      open.delete(session);
      note(session, sink);
      await sink.close();
    }
  };

  const makeRoom = async (): Promise<void> => {
    for (const [session, sink] of open) {
      const ids = [...open.values()].reduce((sum, one) => sum + one.ids, 0);
      if (open.size < MOST_OPEN && ids < MOST_IDS) return;
      await close(session, sink);
    }
  };

  return {
    all,
    fresh,
    sink: async (session) => {
      let sink = open.get(session);
      if (sink === undefined) {
        await makeRoom();
        all.add(session);
        const log = openLog(session);
        try {
          sink = await openSessionSink(log, dryRun);
        } catch (error) {
          await log.close();
          throw error;
        }
      } else open.delete(session);
      open.set(session, sink);
      return sink;
    },
    flush: async () => {
      for (const [session, sink] of open) {
        await sink.flush();
        note(session, sink);
      }
    },
    drop: async () => {
      for (const [session, sink] of open) {
        note(session, sink);
        await sink.close();
      }
      open.clear();
    },
    close: async () => {
      for (const [session, sink] of open) await close(session, sink);
    },
  };
}
