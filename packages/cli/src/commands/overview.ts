import { type OpenedStore, openStore } from "@agentlog/durable-fs";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { type Output } from "../output.js";
import { reportUnreadable } from "../report-unreadable.js";
import { escapeText } from "../text/escape.js";
import { sessionTable } from "../text/session-table.js";
import { openWork } from "../work.js";
import { summaries, type Summaries } from "../summaries.js";
import { reportWithoutLog } from "./ls.js";

const SHOWN = 10;

/** What `agentlog` alone prints: the latest sessions, or what to do on an empty store. */
export async function overview(context: Context): Promise<number> {
  const { output } = context;
  const { root } = context.resolve();
  const store = openStore(root, { create: false });
  const { sessions, unreadable, withoutLog } =
    store === undefined ? { sessions: [], unreadable: [], withoutLog: [] } : await latestSessions(store, output);
  if (sessions.length > 0) {
    await output.line(sessionTable(sessions, output, Date.now()));
    await output.line();
    await output.line("agentlog ls shows more, agentlog log ID the events of one, agentlog --help all commands.");
  } else {
    await output.line(`No sessions yet in ${escapeText(root)}.`);
    await output.line();
    await output.line("  agentlog import          takes in the transcripts that coding agents left on this machine");
    await output.line("  agentlog run -- CMD      records a command");
    await output.line("  agentlog --help          lists all commands");
  }
  reportUnreadable(unreadable, output);
  reportWithoutLog(withoutLog, output);
  await output.result("overview", { root, sessions });
  return EXIT.ok;
}

async function latestSessions(store: OpenedStore, output: Output): Promise<Summaries> {
  await using work = await openWork(store, output);
  return await summaries(work, { limit: SHOWN });
}
