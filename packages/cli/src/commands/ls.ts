import { listSessions, type SessionSummary, summarizeSession } from "@agentlog/session-writer";
import { isAgentlogError, type SessionId } from "@agentlog/types";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { reportUnreadable } from "../report-unreadable.js";
import { type FilterOptions, toFilter } from "../session-filter.js";
import { sessionTable } from "../text/session-table.js";
import { nameOf } from "../text/record-table.js";
import { type Work } from "../work.js";

/** Lists sessions, the latest first: found in the registry, and described by their logs and by who is writing them. */
export async function ls(context: Context, options: FilterOptions): Promise<number> {
  const { output, io } = context;
  const filter = toFilter(options, io.cwd);
  await using work = await context.open();
  const { sessions, unreadable } = await summaries(work, filter);
  if (sessions.length > 0) await output.line(sessionTable(sessions, output, Date.now()));
  else await output.line(options.agent === undefined ? "no sessions" : "no sessions of that agent");
  reportUnreadable(unreadable, output);
  await output.result("ls", {
    sessions,
    unreadable: unreadable.map(({ id, error }) => ({ id, error: error.message })),
  });
  return EXIT.ok;
}

export interface Summaries {
  readonly sessions: readonly SessionSummary[];
  readonly unreadable: readonly { readonly id: SessionId; readonly error: Error }[];
}

/** What the logs of the sessions say that pass a filter. */
export async function summaries(
  { store, registry }: Work,
  filter: Parameters<Work["registry"]["find"]>[0],
): Promise<Summaries> {
  const records = await registry.find(filter);
  // An empty registry beside logs was lost: what is there is listed all the same.
  if (records.length === 0 && (await registry.find({ limit: 1 })).length === 0) {
    return listSessions(store, { limit: filter?.limit, agent: filter?.agent });
  }
  const sessions: SessionSummary[] = [];
  const unreadable: { id: SessionId; error: Error }[] = [];
  for (const record of records) {
    const id = record.logs[0] ?? record.session;
    try {
      const summary = await summarizeSession(store, id);
      sessions.push({ ...summary, id: record.session, title: nameOf(record) });
    } catch (error) {
      if (isAgentlogError(error, "NOT_FOUND")) continue;
      unreadable.push({ id, error: error as Error });
    }
  }
  return { sessions, unreadable };
}
