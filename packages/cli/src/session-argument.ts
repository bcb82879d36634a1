import { lstatSync } from "node:fs";
import { type OpenedStore } from "@agentlog/durable-fs";
import { type SessionRecord } from "@agentlog/session-registry";
import { findSession, openSessionLog, summarizeSession } from "@agentlog/session-writer";
import { agentlogError, deriveSessionId, isAgentlogError, isSessionId, type SessionId } from "@agentlog/types";
import { type Context } from "./context.js";
import { type NamedSession, type Work } from "./work.js";

/** The agent that sessions made by name belong to. */
const BY_NAME = "agentlog";

/** The id of the session that `append NAME --create` makes. */
export function sessionByName(name: string): SessionId {
  return deriveSessionId(BY_NAME, name);
}

/** Agents whose own session ids are taken, too. */
const AGENTS = ["claude", "codex", "gemini", "opencode", "copilot"] as const;

/**
 * The session a person means: an alias, an id, the beginning of one, the name of a session made with `append NAME --create`, or
 * the id that its agent has for it. Throws `NOT_FOUND` and `AMBIGUOUS_ID`.
 */
export async function sessionArgument(work: Work, text: string): Promise<NamedSession> {
  const { store, registry } = work;
  const byName = await registry.get(sessionByName(text));
  if (byName !== undefined) return named(store, byName);
  try {
    return named(store, await registry.lookup(text));
  } catch (error) {
    if (!isAgentlogError(error, "NOT_FOUND")) throw error;
    const byNative = await findByNative(work, text);
    if (byNative !== undefined) return named(store, byNative);
    // A session that died before it was registered is found by its folder.
    const id = findByFolder(store, text);
    return { id, record: undefined, logs: [id] };
  }
}

function named(store: OpenedStore, record: SessionRecord): NamedSession {
  return { id: record.session, record, logs: logsThatExist(store, record.logs) };
}

async function findByNative({ registry }: Work, text: string): Promise<SessionRecord | undefined> {
  for (const agent of AGENTS) {
    const found = await registry.byNative(agent, text);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findByFolder(store: OpenedStore, text: string): SessionId {
  try {
    return findSession(store, sessionByName(text));
  } catch (error) {
    if (!isAgentlogError(error, "NOT_FOUND")) throw error;
    return findSession(store, text);
  }
}

/** A native session may be known from a hook or a link alone, or its folder was deleted: then it has no log. */
export function logsThatExist({ layout }: OpenedStore, logs: readonly SessionId[]): readonly SessionId[] {
  return logs.filter((log) => lstatSync(layout.session(log).events, { throwIfNoEntry: false }) !== undefined);
}

/** The same where nothing can be done without a log. Throws `NOT_FOUND` when there is none. */
export async function sessionWithLogs(work: Work, text: string): Promise<NamedSession> {
  const session = await sessionArgument(work, text);
  if (session.logs.length > 0) return session;
  throw agentlogError(
    "NOT_FOUND",
    `session ${session.id} has no log in this store; agentlog show tells what is known of it`,
    {
      what: "log",
      id: session.id,
    },
  );
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
    const { id, record } = await sessionWithLogs(work, text);
    const { run, agent = BY_NAME, title } = await summarizeSession(store, id);
    await tellOfProgress(work, record ?? { session: id, agent, title, progress: "" });
    return { store, id, run };
  } catch (error) {
    if (!create || !isAgentlogError(error, "NOT_FOUND")) throw error;
    const id = isSessionId(text) ? text : sessionByName(text);
    await makeSession(work, id, text, context.io.cwd);
    return { store, id, run: 1 };
  }
}

/** Of a session that is appended to all day the registry hears every minute. */
const TELL_EVERY_MS = 60_000;

/**
 * A session that is appended to goes on: it is among the latest, and no sweep takes it for idle. One that the registry has
 * missed is told to it.
 */
async function tellOfProgress(
  { registry }: Work,
  known: Pick<SessionRecord, "session" | "agent" | "progress"> & { readonly title?: string | undefined },
): Promise<void> {
  const { session, agent, title, progress } = known;
  const now = Date.now();
  if (now - Date.parse(progress) < TELL_EVERY_MS) return;
  const at = new Date(now).toISOString();
  await registry.seen([{ agent, session, at, progress: at, ...(title === undefined ? {} : { title }) }]);
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
