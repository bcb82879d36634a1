import { type SessionRecord } from "@agentlog/session-registry";
import { openSessionLog } from "@agentlog/session-writer";
import { createUsageTotals, type UsageSum } from "@agentlog/transcript-import";
import { type SessionId } from "@agentlog/types";
import { logsThatExist } from "./session-argument.js";
import { type NamedSession, type Work } from "./work.js";

/** Generations that are looked at: of a chain that is longer the oldest count as the session's own. */
const MOST_PARENTS = 50;
const FIELDS = ["answers", "inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens"] as const;

/**
 * What the answers in a session's logs used. A fork begins with a copy of its parent's history: that was the parent's, and does
 * not count. Undefined when there is nothing to count. Reads the logs whole.
 */
export async function sessionUsage(work: Work, { record, logs }: NamedSession): Promise<UsageSum | undefined> {
  const parents = createUsageTotals();
  const all = createUsageTotals();
  for (const log of logs) await readInto(work, log, [all]);
  if (all.report().answers === 0) return undefined;
  for (const log of await logsOfParents(work, record)) await readInto(work, log, [parents, all]);
  const [had, has] = [parents.report(), all.report()];
  const counts = Object.fromEntries(FIELDS.map((name) => [name, Math.max(0, has[name] - had[name])]));
  const costUsd = has.costUsd === undefined ? undefined : Math.max(0, has.costUsd - (had.costUsd ?? 0));
  return { ...(counts as unknown as UsageSum), ...(costUsd === undefined ? {} : { costUsd }) };
}

async function readInto(
  { store }: Work,
  id: SessionId,
  totals: readonly ReturnType<typeof createUsageTotals>[],
): Promise<void> {
  await using log = openSessionLog(store, id);
  for await (const event of log.read()) for (const total of totals) total.add(event);
}

/** Those of the sessions whose history the session began with. */
async function logsOfParents(
  { store, registry }: Work,
  record: SessionRecord | undefined,
): Promise<readonly SessionId[]> {
  const passed = new Map<string, SessionRecord>();
  for (let at = record; at?.parent !== undefined && passed.size < MOST_PARENTS;) {
    if (at.parent.kind !== "fork" && at.parent.kind !== "continuation") break;
    const above = await registry.get(at.parent.session);
    if (above === undefined || above.session === record?.session || passed.has(above.session)) break;
    passed.set(above.session, above);
    at = above;
  }
  return logsThatExist(
    store,
    [...passed.values()].flatMap(({ logs }) => logs),
  );
}
