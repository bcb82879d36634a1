import { assertStorable } from "@agentlog/event-log";
import { openSessionLog } from "@agentlog/session-writer";
import { agentlogError, type JsonObject } from "@agentlog/types";
import { appendLines } from "../append-lines.js";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { targetSession } from "../session-argument.js";
import { escapeText } from "../text/escape.js";

interface AppendCommandOptions {
  readonly type?: string;
  readonly data?: string;
  readonly create?: boolean;
}

/** Appends one event given by options, or many given as NDJSON on stdin. */
export async function append(
  context: Context,
  session: string,
  source: string | undefined,
  options: AppendCommandOptions,
): Promise<number> {
  if (session.trim() === "") throw usage("the session's name is empty");
  if (source !== undefined && source !== "-") {
    throw usage(`append takes - for stdin, not ${JSON.stringify(source.slice(0, 40))}`);
  }
  const { type, data } = options;
  if (source === "-") {
    if (type !== undefined || data !== undefined) throw usage("append takes --type and --data, or -, not both");
    return appendStream(context, session, options);
  }
  if (type === undefined) throw usage("append needs --type, or - to read events from stdin");
  return appendOne(context, session, { type, data: data === undefined ? {} : parseData(data) }, options);
}

async function appendOne(
  context: Context,
  session: string,
  event: { readonly type: string; readonly data: JsonObject },
  { create = false }: AppendCommandOptions,
): Promise<number> {
  // Before anything is made: an event that is refused leaves no store and no session behind.
  assertStorable(event);
  const { id, run, store } = await targetSession(context, session, create);
  await using log = openSessionLog(store, id);
  const appended = await log.append({ session: id, run, source: { kind: "cli" }, ...event });
  await context.output.line(`appended #${appended.seq} ${appended.id}`);
  await context.output.result("append", { session: id, seq: appended.seq, id: appended.id });
  return EXIT.ok;
}

async function appendStream(
  context: Context,
  session: string,
  { create = false }: AppendCommandOptions,
): Promise<number> {
  const { output, io } = context;
  const { id, run, store } = await targetSession(context, session, create);
  await using log = openSessionLog(store, id);
  const { appended, refused } = await appendLines({
    input: io.stdin,
    log,
    common: { session: id, run, source: { kind: "cli" } },
    onAppended: ({ seq, id: eventId }) => output.record({ seq, id: eventId }),
    onRefused: (line, reason) => io.stderr.write(`agentlog: line ${line}: ${escapeText(reason)}\n`),
  });
  await output.line(`appended ${appended} events to ${id}${refused === 0 ? "" : `, refused ${refused} lines`}`);
  return refused === 0 ? EXIT.ok : EXIT.no;
}

function parseData(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  } catch {
    // Told below: what JSON.parse says would repeat the data.
  }
  throw usage('--data is no JSON object; give one such as \'{"text":"done"}\'');
}

function usage(message: string): Error {
  return agentlogError("USAGE", message, { hint: "see agentlog append --help" });
}
