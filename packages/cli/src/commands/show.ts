import { type SessionRecord } from "@agentlog/session-registry";
import { openSessionLog, readPresence, summarizeSession } from "@agentlog/session-writer";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { sessionArgument } from "../session-argument.js";
import { shortId, standing } from "../text/session-table.js";
import { byteSize, duration, timeAgo } from "../text/time.js";
import { fitText } from "../text/width.js";

/** Columns. What is longer is there with --json. */
const LONGEST_VALUE = 400;

/** Prints what the beginning and the end of a session's log tell, and who is writing it. */
export async function show(context: Context, session: string): Promise<number> {
  const { output } = context;
  await using work = await context.open();
  const { store } = work;
  const { id, record: known, logs } = await sessionArgument(work, session);
  const summary = await summarizeSession(store, id);
  const presence = await readPresence(store, id);
  await using log = openSessionLog(store, id);
  const { bytes } = log.stat();
  const head = log.head();
  const now = Date.now();
  const { record } = presence;
  const rows: readonly (readonly [string, string | undefined])[] = [
    ["session", id],
    ["alias", known?.alias],
    ["title", known?.title ?? summary.title],
    ["first said", summary.firstPrompt],
    ["standing", standing({ ...summary, presence: presence.state }, output)],
    ["agent", summary.agent],
    ["native id", known === undefined ? summary.nativeSession : nativeIds(known)],
    ["known by", known && howKnown(known)],
    [
      "parent",
      known?.parent === undefined
        ? summary.parent
        : `${known.parent.session} (${known.parent.kind}, by ${known.parent.by})`,
    ],
    ["could be of", known && candidates(known)],
    ["tasks", known && listed(known.tasks)],
    ["projects", known && listed(known.projects)],
    [
      "state",
      known &&
        `${known.activity}, ${known.outcome}${known.closedReason === undefined ? "" : `: ${known.closedReason}`}`,
    ],
    ["branch", known?.branch],
    ["sub-agents", known && known.subAgents.length > 0 ? String(known.subAgents.length) : undefined],
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
    ["other logs", listed(logs.filter((one) => one !== id))],
  ];
  for (const [name, value] of rows) {
    if (value === undefined) continue;
    // The standing is ours, colours and all; everything else may have come from anywhere.
    await output.line(
      `${output.paint("dim", name.padEnd(11))} ${name === "standing" ? value : fitText(value, LONGEST_VALUE)}`,
    );
  }
  await output.result("show", {
    ...summary,
    presence: presence.state,
    writer: record,
    bytes,
    head,
    log: log.path,
    registry: known,
  });
  return EXIT.ok;
}

function nativeIds({ natives }: SessionRecord): string | undefined {
  return listed(natives.map(({ agent, native }) => `${agent} ${native}`));
}

/** Where the answer came from, and what spoke for it. */
function howKnown({ resolution: { source, confidence, evidence } }: SessionRecord): string {
  const reasons = evidence.map(({ kind, value }) => (value === undefined ? kind : `${kind} ${value}`));
  return [`${source} (${confidence})`, ...reasons].join(", ");
}

function candidates({ candidates: few, candidatesOmitted: more }: SessionRecord): string | undefined {
  const named = few.map(
    ({ session, evidence }) => `${shortId(session)} (${evidence.map(({ kind }) => kind).join(", ")})`,
  );
  return listed(more > 0 ? [...named, `${more} more`] : named);
}

function listed(texts: readonly string[]): string | undefined {
  return texts.length === 0 ? undefined : texts.join(", ");
}
