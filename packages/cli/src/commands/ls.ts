import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { reportUnreadable } from "../report-unreadable.js";
import { type FilterOptions, toFilter } from "../session-filter.js";
import { summaries } from "../summaries.js";
import { sessionTable } from "../text/session-table.js";

/** Lists sessions, the latest first: found in the registry, and described by their logs and by who is writing them. */
export async function ls(context: Context, options: FilterOptions): Promise<number> {
  const { output, io } = context;
  const filter = toFilter(options, io.cwd);
  await using work = await context.open();
  const { sessions, unreadable, withoutLog } = await summaries(work, filter);
  if (sessions.length > 0) await output.line(sessionTable(sessions, output, Date.now()));
  else await output.line(isFiltered(options) ? "no session fits" : "no sessions");
  reportUnreadable(unreadable, output);
  reportWithoutLog(withoutLog, output);
  await output.result("ls", {
    sessions,
    unreadable: unreadable.map(({ id, error }) => ({ id, error: error.message })),
    withoutLog,
  });
  return EXIT.ok;
}

/** Says how many sessions are not in a list because nothing of them is there to be listed. */
export function reportWithoutLog(sessions: readonly string[], output: Context["output"]): void {
  if (sessions.length === 0) return;
  const what =
    sessions.length === 1
      ? "one session has no log in this store and is"
      : `${sessions.length} sessions have no log in this store and are`;
  output.note(`note: ${what} not listed; agentlog find lists all that are known`);
}

function isFiltered({ limit: _limit, ...filters }: FilterOptions): boolean {
  return Object.values(filters).some((filter) => filter !== undefined);
}
