import { createInterface } from "node:readline";
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
  const { output, io } = context;
  if (source !== undefined && source !== "-")
    throw usage(`append takes - for stdin, not ${JSON.stringify(source.slice(0, 40))}`);
  if (source === undefined && options.type === undefined)
    throw usage("append needs --type, or - to read events from stdin");
  if (source === "-" && (options.type ?? options.data) !== undefined)
    throw usage("append takes --type and --data, or -, not both");
  const data = options.data === undefined ? {} : parseData(options.data);
  const { id, run, store } = await targetSession(context, session, options.create === true);
  const log = openSessionLog(store, id);
  const common = { session: id, run, source: { kind: "cli" as const } };
  try {
    if (source === undefined) {
      const appended = await log.append({ ...common, type: options.type ?? "", data });
      await output.line(`appended #${appended.seq} ${appended.id}`);
      await output.result("append", { session: id, seq: appended.seq, id: appended.id });
      return EXIT.ok;
    }
    const lines = createInterface({ input: io.stdin, crlfDelay: Number.POSITIVE_INFINITY });
    const { appended, refused } = await appendLines({
      lines,
      log,
      common,
      onAppended: ({ seq, id: eventId }) => output.record({ seq, id: eventId }),
      onRefused: (line, reason) => io.stderr.write(`agentlog: line ${line}: ${escapeText(reason)}\n`),
    });
    await output.line(`appended ${appended} events to ${id}${refused === 0 ? "" : `, refused ${refused} lines`}`);
    return refused === 0 ? EXIT.ok : EXIT.no;
  } finally {
    await log.close();
  }
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
