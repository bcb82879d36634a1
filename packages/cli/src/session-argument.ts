import { type OpenedStore } from "@agentlog/durable-fs";
import { findSession, openSessionLog, sessionIds, summarizeSession } from "@agentlog/session-writer";
import { deriveSessionId, isAgentlogError, isSessionId, type SessionId } from "@agentlog/types";
import { type Context } from "./context.js";
import { type NamedSession, type Work } from "./work.js";

/** The agent that sessions made by name belong to. */
const BY_NAME = "agentlog";

/**
 * The session a person means: an alias, an id, the beginning of one, or the name of a session made with `append NAME --create`.
 * Throws `NOT_FOUND` and `AMBIGUOUS_ID`.
 */
export async function sessionArgument({ store, registry }: Work, text: string): Promise<NamedSession> {
  try {
    const record = (await registry.get(deriveSessionId(BY_NAME, text))) ?? (await registry.lookup(text));
    return { id: record.session, record, logs: logsThatExist(store, record.logs) };
  } catch (error) {
    if (!isAgentlogError(error, "NOT_FOUND")) throw error;
    // A session that died before it was registered is found by its folder.
    const id = findByFolder(store, text);
    return { id, record: undefined, logs: [id] };
  }
}

function findByFolder(store: OpenedStore, text: string): SessionId {
  try {
    return findSession(store, deriveSessionId(BY_NAME, text));
  } catch (error) {
    if (!isAgentlogError(error, "NOT_FOUND")) throw error;
    return findSession(store, text);
  }
}

/** A native session may be known from a hook or a link alone, and then it has no log yet. */
function logsThatExist(store: OpenedStore, logs: readonly SessionId[]): readonly SessionId[] {
  if (logs.length <= 1) return logs;
  const there = new Set(sessionIds(store));
  return logs.filter((log) => there.has(log));
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
  await using work = await context.open({ create });
  const { store } = work;
  try {
    const { id } = await sessionArgument(work, text);
    return { store, id, run: (await summarizeSession(store, id)).run };
  } catch (error) {
    if (!create || !isAgentlogError(error, "NOT_FOUND")) throw error;
    const id = isSessionId(text) ? text : deriveSessionId(BY_NAME, text);
    await makeSession(work, id, text, context.io.cwd);
    return { store, id, run: 1 };
  }
}

/** Of several processes that make it at once one writes its beginning. */
async function makeSession({ store, registry }: Work, id: SessionId, title: string, cwd: string): Promise<void> {
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
  const at = new Date().toISOString();
  await registry.seen([{ agent: BY_NAME, session: id, at, created: at, cwd, title }]);
}
