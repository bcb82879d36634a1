import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { type FilterOptions, toFilter } from "../session-filter.js";
import { recordTable } from "../text/record-table.js";

/** Finds sessions in the registry; no session's log is opened. Exit code 1 when there is none. */
export async function find(context: Context, words: readonly string[], options: FilterOptions): Promise<number> {
  const { output, io } = context;
  const text = [...words, ...(options.text === undefined ? [] : [options.text])].join(" ");
  const filter = toFilter({ ...options, ...(text === "" ? {} : { text }) }, io.cwd);
  await using work = await context.open();
  const sessions = await work.registry.find(filter);
  if (sessions.length > 0) await output.line(recordTable(sessions, output, Date.now()));
  else await output.line("no session fits");
  await output.result("find", { sessions });
  return sessions.length > 0 ? EXIT.ok : EXIT.no;
}
