import { listSessions } from "@agentlog/session-writer";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { wholeNumber } from "../numbers.js";
import { reportUnreadable } from "../report-unreadable.js";
import { sessionTable } from "../text/session-table.js";

interface LsOptions {
  readonly limit: string;
  readonly agent?: string;
}

/** Lists sessions, the latest first. */
export async function ls(context: Context, options: LsOptions): Promise<number> {
  const { output } = context;
  const limit = wholeNumber(options.limit, "--limit");
  const { sessions, unreadable } = await listSessions(context.existingStore(), { limit, agent: options.agent });
  if (sessions.length > 0) await output.line(sessionTable(sessions, output, Date.now()));
  else await output.line(options.agent === undefined ? "no sessions" : "no sessions of that agent");
  reportUnreadable(unreadable, output);
  await output.result("ls", {
    sessions,
    unreadable: unreadable.map(({ id, error }) => ({ id, error: error.message })),
  });
  return EXIT.ok;
}
