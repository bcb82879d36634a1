import { type EventLog, type StoredEvent } from "@agentlog/event-log";
import { agentlogError, isAgentlogError, type SessionDocument } from "@agentlog/types";
import { type Snapshot, type SnapshotStore } from "../contract.js";
import { createSessionFold, type SessionFold } from "./fold.js";

export interface SessionRecorderOptions {
  /** The session's log: the truth. */
  readonly log: Pick<EventLog, "read" | "dataOf" | "path">;
  /** Where the document goes, under the session's id. */
  readonly store: SnapshotStore<SessionDocument>;
  readonly sessionId: string;
  /** Whose session it is. Default: whom the log names. */
  readonly agentId?: string | undefined;
}

/** What a checkpoint did. */
export interface Checkpoint extends Snapshot<SessionDocument> {
  /** How many events were folded: those since the checkpoint before, whoever made it. */
  readonly folded: number;
  /** Why the document was derived from the whole log again; undefined when it was not. */
  readonly rebuilt: "corrupt" | "log changed" | undefined;
}

/** Keeps a session's document: everything it has was derived from the log, so that a crash between two checkpoints loses nothing. */
export interface SessionRecorder {
  /**
   * Brings the stored document up to the end of the log; undefined while the log has no events. Any number of times, of
   * recorders and of processes: each goes on from what is stored, and no loop is ever taken away.
   *
   * Throws `LOG_REPLACED` when the log no longer has loops that the document has, which leaves the document as it is; and what
   * reading the log and saving the document throw.
   */
  checkpoint(): Promise<Checkpoint | undefined>;
  /** The document as a checkpoint would store it now. Stores nothing. */
  document(): Promise<SessionDocument | undefined>;
}

interface Folded {
  readonly document: SessionDocument | undefined;
  readonly folded: number;
  readonly rebuilt: Checkpoint["rebuilt"];
}

/** Whoever is faster is at most one checkpoint ahead: this many in a row are a broken store. */
const MOST_ATTEMPTS = 100;

/** A recorder of one session. It holds nothing that a restart could lose. */
export function sessionRecorder({ log, store, sessionId, agentId }: SessionRecorderOptions): SessionRecorder {
  const fold = async (stored: SessionDocument | undefined): Promise<Folded> => {
    const from = stored;
    const onward = createSessionFold({ sessionId, agentId, from });
    let folded = 0;
    let fits = from === undefined || (from.position.seq < 0 && from.loops.length === 0);
    // The last event it has is read too: only when it is the same one is the document of this log.
    for await (const event of log.read({ from: Math.max(0, from?.position.seq ?? 0) })) {
      if (!fits) {
        if (event.seq !== from?.position.seq || event.id !== from.position.id) break;
        fits = true;
        continue;
      }
      apply(onward, event);
      folded++;
    }
    if (fits) return { document: onward.document(), folded, rebuilt: undefined };
    return { ...(await foldAll(stored)), rebuilt: "log changed" };
  };

  const foldAll = async (stored: SessionDocument | undefined): Promise<Folded> => {
    const again = createSessionFold({ sessionId, agentId });
    let folded = 0;
    for await (const event of log.read()) {
      apply(again, event);
      folded++;
    }
    const document = again.document();
    const ids = new Set(document?.loops.map(({ id }) => id));
    if (stored !== undefined && (document === undefined || stored.loops.some(({ id }) => !ids.has(id)))) {
      throw agentlogError(
        "LOG_REPLACED",
        `${log.path} no longer has what the document of its session has; the document is left as it is: look for the log's former file`,
        { path: log.path },
      );
    }
    // Fields of others stay.
    return { document: document && { ...stored, ...document }, folded, rebuilt: undefined };
  };

  const apply = (to: SessionFold, event: StoredEvent): void => {
    to.apply("blob" in event ? { ...event, data: dataOf(event) } : event);
  };

  const dataOf = (event: StoredEvent): object => {
    try {
      return log.dataOf(event);
    } catch (error) {
      if (isAgentlogError(error, "BLOB_DAMAGED")) return event.data;
      throw error;
    }
  };

  const loadStored = async (): Promise<Snapshot<SessionDocument> | "corrupt" | undefined> => {
    try {
      return await store.load(sessionId);
    } catch (error) {
      if (isAgentlogError(error, "CORRUPT_SNAPSHOT")) return "corrupt";
      throw error;
    }
  };

  const derive = async (stored: Snapshot<SessionDocument> | "corrupt" | undefined): Promise<Folded> =>
    stored === "corrupt" || (stored !== undefined && !isFoldable(stored.document))
      ? { ...(await foldAll(undefined)), rebuilt: "corrupt" }
      : await fold(stored?.document);

  return {
    document: async () => (await derive(await loadStored())).document,
    checkpoint: async () => {
      for (let attempt = 1; ; attempt++) {
        const stored = await loadStored();
        const { document, folded, rebuilt } = await derive(stored);
        if (document === undefined) return undefined;
        if (folded === 0 && stored !== undefined && stored !== "corrupt") return { ...stored, folded, rebuilt };
        try {
          // Over a corrupt one no version can be asked for; the store sets it aside first.
          const options = stored === "corrupt" ? {} : { ifVersion: stored?.version ?? 0 };
          return { ...(await store.save(sessionId, document, options)), document, folded, rebuilt };
        } catch (error) {
          if (!isAgentlogError(error, "VERSION_CONFLICT") || attempt === MOST_ATTEMPTS) throw error;
        }
      }
    },
  };
}

/** What a fold goes on from. A store without a schema takes any JSON for a document. */
function isFoldable(document: unknown): document is SessionDocument {
  if (typeof document !== "object" || document === null) return false;
  const { position, loops } = document as Partial<SessionDocument>;
  return Array.isArray(loops) && typeof position === "object" && position !== null && Number.isInteger(position.seq);
}

/** What `describe` of a store of session documents should be: listed by owner, the last active first. */
export function describeSession({ agentId, lastActiveAt }: SessionDocument): {
  owner: string | undefined;
  time: string;
} {
  return { owner: agentId, time: lastActiveAt };
}
