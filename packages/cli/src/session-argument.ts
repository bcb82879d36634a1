import { type OpenedStore } from "@agentlog/durable-fs";
import { findSession, openSessionLog, summarizeSession } from "@agentlog/session-writer";
import { deriveSessionId, isAgentlogError, isSessionId, type SessionId } from "@agentlog/types";
import { type Context } from "./context.js";

/** The agent that sessions made by name belong to. */
const BY_NAME = "agentlog";

/**
 * The session a person means: an id, the beginning of one, or the name of a session made with `append NAME --create`.
 * Throws `NOT_FOUND` and `AMBIGUOUS_ID`.
 */
export function sessionArgument(store: OpenedStore, text: string): SessionId {
  try {
    return findSession(store, deriveSessionId(BY_NAME, text));
  } catch (error) {
    if (!isAgentlogError(error, "NOT_FOUND")) throw error;
    return findSession(store, text);
  }
}

/** A session to append to. */
export interface TargetSession {
  readonly store: OpenedStore;
  readonly id: SessionId;
  /** Its latest run. */
  readonly run: number;
}

/** The session a person means; one that is not there is made when that is wanted. */
export async function targetSession(context: Context, text: string, create: boolean): Promise<TargetSession> {
  const store = create ? context.store() : context.existingStore();
  try {
    const id = sessionArgument(store, text);
    return { store, id, run: (await summarizeSession(store, id)).run };
  } catch (error) {
    if (!create || !isAgentlogError(error, "NOT_FOUND")) throw error;
    const id = isSessionId(text) ? text : deriveSessionId(BY_NAME, text);
    await makeSession(store, id, text, context.io.cwd);
    return { store, id, run: 1 };
  }
}

/** Of several processes that make it at once one writes its beginning. */
async function makeSession(store: OpenedStore, id: SessionId, title: string, cwd: string): Promise<void> {
  await using log = openSessionLog(store, id);
  const event = {
    type: "session.started",
    session: id,
    run: 1,
    source: { kind: "cli" as const },
    data: { agent: BY_NAME, title, cwd },
  };
  try {
    await log.append(event, { expectedSeq: -1 });
  } catch (error) {
    if (!isAgentlogError(error, "SEQ_CONFLICT")) throw error;
  }
}
