import { existsSync } from "node:fs";
import { type SessionRecord } from "@agentlog/session-registry";
import { openSessionLog, sessionIds } from "@agentlog/session-writer";
import { registerFromLogs } from "@agentlog/transcript-import";
import { type SessionId } from "@agentlog/types";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { escapeText } from "../text/escape.js";
import { type Work } from "../work.js";

/**
 * Folds the registry's log anew, and brings registry and session logs together from either side: sessions that the registry
 * has missed are told to it from their logs; those it knows and that have no log are named.
 */
export async function rebuild(context: Context): Promise<number> {
  const { output } = context;
  await using work = await context.open();
  const { events, sessions, skipped } = await work.registry.rebuild();
  await output.line(`${sessions} sessions folded from ${events} events`);
  if (skipped > 0) await output.line(`${skipped} events could not be used and were passed over`);

  const known = await work.registry.find({ limit: Number.POSITIVE_INFINITY });
  const logs = new Set<string>(known.flatMap((record) => record.logs));
  const folders = sessionIds(work.store);
  const unreadable: { readonly id: SessionId; readonly error: string }[] = [];
  const registered = await registerFromLogs({
    registry: work.registry,
    openSessionLog: (id) => openSessionLog(work.store, id),
    sessions: folders.filter((id) => !logs.has(id)),
    onUnreadable: (id, error) => unreadable.push({ id, error: error.message }),
  });
  if (registered > 0) await output.line(`${registered} sessions were not in the registry and are now`);

  const there = new Set<string>(folders);
  const withoutLog = known.filter((record) => !record.logs.some((log) => there.has(log))).map(({ session }) => session);
  if (withoutLog.length > 0)
    await output.line(`${withoutLog.length} sessions are known by name only: they have no log here`);
  const gone = await markGone(work, known);
  if (gone > 0) await output.line(`${gone} transcripts are gone from where they were; their events are kept`);
  for (const { id, error } of unreadable) output.note(`${id}: ${escapeText(error)}`);
  await output.result("rebuild", {
    events,
    sessions,
    skipped,
    registered,
    withoutLog,
    transcriptsGone: gone,
    unreadable,
  });
  return unreadable.length === 0 ? EXIT.ok : EXIT.no;
}

/** Notes which transcripts their agents have deleted since. */
async function markGone({ registry }: Work, known: readonly SessionRecord[]): Promise<number> {
  let gone = 0;
  for (const { progress, transcripts } of known) {
    for (const { path, agent, native, status } of transcripts) {
      if (status === "missing" || native === undefined || existsSync(path)) continue;
      gone += 1;
      // Not a sign of life: its own progress stays what it was.
      await registry.seen([{ agent, native, at: progress, progress, transcript: { path, missing: true } }]);
    }
  }
  return gone;
}
