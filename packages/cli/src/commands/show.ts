import { openSessionLog, readPresence, summarizeSession } from "@agentlog/session-writer";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { sessionArgument } from "../session-argument.js";
import { standing } from "../text/session-table.js";
import { byteSize, duration, timeAgo } from "../text/time.js";
import { fitText } from "../text/width.js";

/** Columns. What is longer is there with --json. */
const LONGEST_VALUE = 400;

/** Prints what the beginning and the end of a session's log tell, and who is writing it. */
export async function show(context: Context, session: string): Promise<number> {
  const { output } = context;
  const store = context.existingStore();
  const id = sessionArgument(store, session);
  const summary = await summarizeSession(store, id);
  const presence = await readPresence(store, id);
  await using log = openSessionLog(store, id);
  const { bytes } = log.stat();
  const head = log.head();
  const now = Date.now();
  const { record } = presence;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["session", id],
    ["title", summary.title],
    ["first said", summary.firstPrompt],
    ["standing", standing({ ...summary, presence: presence.state }, output)],
    ["agent", summary.agent],
    ["native id", summary.nativeSession],
    ["parent", summary.parent],
    ["folder", summary.cwd],
    [
      "tags",
      summary.tags &&
        Object.entries(summary.tags)
          .map(([key, value]) => `${key}=${value}`)
          .join(" "),
    ],
    ["learnt by", summary.source],
    ["run", String(summary.run)],
    ["started", summary.startedAt && `${summary.startedAt} (${timeAgo(summary.startedAt, now)})`],
    ["last event", `${summary.lastEventAt} (${timeAgo(summary.lastEventAt, now)})`],
    ["events", `${summary.events} in ${byteSize(bytes)}`],
    ["head", `${head.seq}:${head.hash}`],
    ["writer", record && `process ${record.pid} on ${record.host}, last beat ${duration(presence.ageMs ?? 0)} ago`],
    ["log", log.path],
  ];
  for (const [name, value] of rows) {
    if (value === undefined) continue;
    // The standing is ours, colours and all; everything else may have come from anywhere.
    await output.line(
      `${output.paint("dim", name.padEnd(11))} ${name === "standing" ? value : fitText(value, LONGEST_VALUE)}`,
    );
  }
  await output.result("show", { ...summary, presence: presence.state, writer: record, bytes, head, log: log.path });
  return EXIT.ok;
}
