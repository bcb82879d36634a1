import { openSessionLog, sessionIds } from "@agentlog/session-writer";
import { registerFromLogs } from "@agentlog/transcript-import";
import { type ProblemNotes } from "./problem-notes.js";
import { type Work } from "./work.js";

/**
 * Makes a registry that is gone anew from the session logs, so that no session is lost to `find`. What people had said of
 * them was in the registry alone, and that is told.
 */
export async function restoreRegistry({ store, registry }: Work, problems: ProblemNotes): Promise<void> {
  try {
    const registered = await registerFromLogs({
      registry,
      openSessionLog: (id) => openSessionLog(store, id),
      sessions: sessionIds(store),
      onUnreadable: (id, { message }) => problems.note(`${id}: ${message}`),
    });
    if (registered === 0) return;
    const sessions = registered === 1 ? "one session was" : `${registered} sessions were`;
    problems.note(
      `there was no registry: ${sessions} taken from the session logs into a new one, without aliases, links and closings`,
    );
  } catch (error) {
    problems.failed("there is no registry, and it could not be made anew", error);
  }
}
