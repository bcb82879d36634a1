import { type Disk, nodeDisk } from "@agentlog/durable-fs";
import { isAgentlogError, type SessionId } from "@agentlog/types";
import { sessionIds } from "./find-session.js";
import { removePresence } from "./presence-file.js";
import { readPresence, seePresence } from "./presence.js";
import { openSessionLog, type SessionStore } from "./session-log.js";

export type RecordCrashesOptions = {
  /** Only say which they are. Default false. */
  readonly dryRun?: boolean | undefined;
  /** Default: Node's `fs`. */
  readonly disk?: Disk | undefined;
};

/** Sessions whose writers are provably gone. */
export type RecordedCrashes = {
  readonly crashed: readonly SessionId[];
  /** Sessions that could not be looked at, or not written to. They hide no others. */
  readonly failed: readonly { readonly id: SessionId; readonly error: Error }[];
};

/**
 * Writes the end that killed writers could not: a `session.ended` that is `inferred`, with the time of the last heartbeat.
 * Only where the writer is provably gone and its run has no end; of two that do it at once one writes it.
 */
export async function recordCrashes(store: SessionStore, options: RecordCrashesOptions = {}): Promise<RecordedCrashes> {
  const { dryRun = false, disk = nodeDisk } = options;
  const crashed: SessionId[] = [];
  const failed: { id: SessionId; error: Error }[] = [];
  for (const id of sessionIds(store, disk)) {
    try {
      // The presence file alone tells of most that there is nothing to do.
      if (seePresence(store, id, { disk }).open !== "crashed") continue;
      if (await recordCrash(store, id, dryRun, disk)) crashed.push(id);
    } catch (error) {
      failed.push({ id, error: error as Error });
    }
  }
  return { crashed, failed };
}

async function recordCrash(store: SessionStore, id: SessionId, dryRun: boolean, disk: Disk): Promise<boolean> {
  await using log = openSessionLog(store, id, { disk });
  const expectedSeq = log.stat().lastSeq;
  const { state, record } = await readPresence(store, id, { disk });
  if (state !== "crashed" || record === undefined) return false;
  if (dryRun) return true;
  try {
    await log.append(
      {
        type: "session.ended",
        // When it was last known to be alive: nobody knows more.
        time: record.time,
        recorded: new Date().toISOString(),
        session: id,
        run: record.run,
        source: { kind: "cli" },
        data: { outcome: "aborted", reason: "crash", inferred: true },
      },
      { expectedSeq },
    );
  } catch (error) {
    // Somebody wrote meanwhile, perhaps the same end: the next look decides anew.
    if (isAgentlogError(error, "SEQ_CONFLICT")) return false;
    throw error;
  }
  removePresence(store.layout.session(id).presence, record.writer, disk);
  return true;
}
