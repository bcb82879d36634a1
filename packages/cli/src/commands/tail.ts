import { setTimeout as sleep } from "node:timers/promises";
import { type OpenedStore } from "@agentlog/durable-fs";
import { type StoredEvent } from "@agentlog/event-log";
import { listSessions, openSessionLog } from "@agentlog/session-writer";
import { agentlogError, type PresenceState, type SessionId } from "@agentlog/types";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { wholeNumber } from "../numbers.js";
import { type Output } from "../output.js";
import { logsThatExist, sessionWithLogs } from "../session-argument.js";
import { summarizeLogs } from "../summaries.js";
import { eventLine } from "../text/event-line.js";
import { shortId } from "../text/session-table.js";
import { type Work } from "../work.js";

interface TailOptions {
  readonly latest?: boolean;
  readonly active?: boolean;
  readonly follow?: boolean;
  readonly lines: string;
}

const ACTIVE: readonly PresenceState[] = ["live", "stalled"];
/** How soon `--active -f` notices a session that begins. */
const LOOK_EVERY_MS = 1_000;

/**
 * Prints the last events of a session, or of all that are active, and with -f those to come until interrupted. With
 * --json each event is a line of its own, for the list has no end.
 */
export async function tail(context: Context, session: string | undefined, options: TailOptions): Promise<number> {
  const lines = wholeNumber(options.lines, "--lines");
  if ([session !== undefined, options.latest, options.active].filter(Boolean).length !== 1) {
    throw agentlogError("USAGE", "tail needs one of: a session, --latest, --active", {
      hint: "see agentlog tail --help",
    });
  }
  await using work = await context.open();
  const { store } = work;
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  // A reader that went away: `agentlog tail -f | head`.
  context.io.stdout.once("close", interrupt);
  const draining = options.follow === true ? drainWhile(work, stop.signal) : Promise.resolve();
  try {
    if (options.active === true) await tailActive(context, store, lines, options.follow === true, stop.signal);
    else {
      const logs = session === undefined ? await latest(work) : (await sessionWithLogs(work, session)).logs;
      const how = { lines, follow: options.follow === true, named: logs.length > 1, signal: stop.signal };
      const from = logs.length > 1 ? await printPast(context, store, logs, lines) : undefined;
      if (from === undefined || how.follow)
        await Promise.all(logs.map(async (log) => tailOne(context, store, log, { ...how, from: from?.get(log) })));
    }
    return EXIT.ok;
  } finally {
    stop.abort();
    await draining;
    process.removeListener("SIGINT", interrupt).removeListener("SIGTERM", interrupt);
  }
}

/** What hooks capture is to be seen while they do. */
async function drainWhile(work: Work, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    if (!signal.aborted) await work.drain();
  }
}

async function tailActive(
  context: Context,
  store: OpenedStore,
  lines: number,
  follow: boolean,
  signal: AbortSignal,
): Promise<void> {
  const seen = new Set<SessionId>();
  const tails: Promise<void>[] = [];
  for (;;) {
    const { sessions } = await listSessions(store, { presence: ACTIVE });
    for (const { id } of sessions) {
      if (seen.has(id)) continue;
      seen.add(id);
      tails.push(tailOne(context, store, id, { lines, follow, named: true, signal }));
    }
    if (!follow) break;
    await sleep(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
  }
  await Promise.all(tails);
  if (seen.size === 0 && !follow) await context.output.line("no active sessions");
}

/** Prints the last events of several logs in the order of their times; tells with which number each log goes on. */
async function printPast(
  { output }: Context,
  store: OpenedStore,
  logs: readonly SessionId[],
  lines: number,
): Promise<ReadonlyMap<SessionId, number>> {
  const past: { readonly id: SessionId; readonly event: StoredEvent }[] = [];
  const next = new Map<SessionId, number>();
  for (const id of logs) {
    await using log = openSessionLog(store, id);
    const { lastSeq } = log.stat();
    next.set(id, lastSeq + 1);
    if (lastSeq < 0) continue;
    for await (const event of log.read({ from: Math.max(0, lastSeq + 1 - lines), to: lastSeq }))
      past.push({ id, event });
  }
  past.sort((a, b) => (a.event.time < b.event.time ? -1 : a.event.time > b.event.time ? 1 : 0));
  for (const { id, event } of past.slice(Math.max(0, past.length - lines))) {
    await output.record(event);
    await output.line(eventLine(event, output, prefixOf(id, output)));
  }
  return next;
}

interface TailOneOptions {
  readonly lines: number;
  readonly follow: boolean;
  readonly named: boolean;
  readonly signal: AbortSignal;
  /** Default: so that `lines` events of the past come first. */
  readonly from?: number | undefined;
}

async function tailOne({ output }: Context, store: OpenedStore, id: SessionId, options: TailOneOptions): Promise<void> {
  const { lines, follow, named, signal } = options;
  await using log = openSessionLog(store, id);
  const from = options.from ?? Math.max(0, log.stat().lastSeq + 1 - lines);
  const prefix = named ? prefixOf(id, output) : "";
  const events: AsyncIterable<StoredEvent> = follow ? log.follow({ from, signal }) : log.read({ from, signal });
  for await (const event of events) {
    await output.record(event);
    await output.line(eventLine(event, output, prefix));
  }
}

/** Numbers are those of a log, so it must be plain whose they are. */
function prefixOf(id: SessionId, output: Output): string {
  return `${output.paint("dim", shortId(id))} `;
}

/** Sessions that the registry has as the latest; of those that are being written it hears their beginning and their end. */
const LATEST_LOOKED_AT = 20;

/** The logs of the session with the latest event. */
async function latest({ store, registry }: Work): Promise<readonly SessionId[]> {
  let found: { readonly at: string; readonly logs: readonly SessionId[] } | undefined;
  for (const record of await registry.find({ limit: LATEST_LOOKED_AT })) {
    const logs = logsThatExist(store, record.logs);
    const at = (await summarizeLogs(store, logs).catch(() => undefined))?.lastEventAt;
    if (at !== undefined && (found === undefined || at > found.at)) found = { at, logs };
  }
  if (found !== undefined) return found.logs;
  // A session that died before it was registered is found by its folder.
  const [session] = (await listSessions(store, { limit: 1 })).sessions;
  if (session !== undefined) return [session.id];
  throw agentlogError("NOT_FOUND", "there is no session yet; record one with `agentlog run -- CMD`", {
    what: "session",
    id: "--latest",
  });
}
