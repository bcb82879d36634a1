import { openSessionLog, type Presence, readPresence } from "@agentlog/session-writer";
import { type SessionId } from "@agentlog/types";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { sessionArgument } from "../session-argument.js";
import { sessionUsage } from "../session-usage.js";
import { summarizeLogs } from "../summaries.js";
import { type ShownLog, showRows } from "../text/show-rows.js";
import { fitText } from "../text/width.js";
import { type Work } from "../work.js";

/** Columns. What is longer is there with --json. */
const LONGEST_VALUE = 400;

/** Prints what the registry has of a session, what the beginning and the end of its logs tell, and who is writing it. */
export async function show(context: Context, session: string): Promise<number> {
  const { output } = context;
  await using work = await context.open();
  const named = await sessionArgument(work, session);
  const { id, record, logs } = named;
  const summary = await summarizeLogs(work.store, logs);
  const shown = await Promise.all(logs.map(async (log) => lookAtLog(work, log)));
  const presence = await presenceOf(work, logs);
  const usage = await sessionUsage(work, named);
  const rows = showRows({ id, record, summary, presence, usage, logs: shown }, output, Date.now());
  for (const [name, value] of rows) {
    if (name === "") await output.line();
    // The standing is ours, colours and all; everything else may have come from anywhere.
    else if (value !== undefined) {
      const text = name === "standing" ? value : fitText(value, LONGEST_VALUE);
      await output.line(`${output.paint("dim", name.padEnd(11))} ${text}`);
    }
  }
  const [own] = shown;
  await output.result("show", {
    ...summary,
    id,
    presence: presence?.state,
    writer: presence?.record,
    bytes: own?.bytes,
    head: own?.head,
    log: own?.path,
    logs: shown,
    usage,
    registry: record,
  });
  return EXIT.ok;
}

async function lookAtLog({ store }: Work, id: SessionId): Promise<ShownLog> {
  await using log = openSessionLog(store, id);
  const { bytes } = log.stat();
  return { session: id, path: log.path, bytes, head: log.head() };
}

/** Of several logs the one that is being written tells most. */
async function presenceOf({ store }: Work, logs: readonly SessionId[]): Promise<Presence | undefined> {
  const all = await Promise.all(logs.map(async (log) => readPresence(store, log)));
  return all.find(({ state }) => state === "live" || state === "stalled") ?? all[0];
}
