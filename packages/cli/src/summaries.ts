import { type OpenedStore } from "@agentlog/durable-fs";
import { type FindFilter, type SessionRecord } from "@agentlog/session-registry";
import { listSessions, type SessionSummary, summarizeSession } from "@agentlog/session-writer";
import { isAgentlogError, type SessionId } from "@agentlog/types";
import { isRegistryMissing } from "./registry-log.js";
import { nameOf } from "./text/record-table.js";
import { type Work } from "./work.js";

/** A session as it is listed. */
export type ListedSession = SessionSummary & { readonly alias?: string | undefined };

export interface Summaries {
  readonly sessions: readonly ListedSession[];
  readonly unreadable: readonly { readonly id: SessionId; readonly error: Error }[];
  /** Sessions that the registry has and whose logs are not in the store. */
  readonly withoutLog: readonly SessionId[];
}

/** What the logs of the sessions say that pass a filter. */
export async function summaries({ store, registry }: Work, filter: FindFilter): Promise<Summaries> {
  const { limit, agent, ...others } = filter;
  // A registry that is gone, and on a disk that takes no new one: the folders tell what there is.
  if (isRegistryMissing(store) && Object.values(others).every((one) => one === undefined))
    return { ...(await listSessions(store, { limit, agent })), withoutLog: [] };
  const sessions: ListedSession[] = [];
  const unreadable: { id: SessionId; error: Error }[] = [];
  const withoutLog: SessionId[] = [];
  for (const record of await registry.find(filter)) {
    try {
      const summary = await summarizeLogs(store, record.logs);
      if (summary === undefined) withoutLog.push(record.session);
      else sessions.push(listed(record, summary));
    } catch (error) {
      unreadable.push({ id: record.session, error: error as Error });
    }
  }
  return { sessions, unreadable, withoutLog };
}

function listed(record: SessionRecord, summary: SessionSummary): ListedSession {
  const { alias, ...unnamed } = record;
  const title = nameOf(unnamed);
  return { ...summary, id: record.session, title: title === "" ? summary.title : title, alias };
}

/** One summary of all logs of a session: its beginning is that of the first, the events of all count. Undefined when none has any. */
export async function summarizeLogs(
  store: OpenedStore,
  logs: readonly SessionId[],
): Promise<SessionSummary | undefined> {
  let all: SessionSummary | undefined;
  for (const log of logs) {
    const one = await summarizeSession(store, log).catch((error: unknown) => {
      if (isAgentlogError(error, "NOT_FOUND")) return undefined;
      throw error;
    });
    all = all === undefined || one === undefined ? (all ?? one) : joined(all, one);
  }
  return all;
}

function joined(own: SessionSummary, other: SessionSummary): SessionSummary {
  const { presence, outcome, run, lastEventAt } = other.lastEventAt > own.lastEventAt ? other : own;
  return { ...own, events: own.events + other.events, lastEventAt, presence, outcome, run };
}
