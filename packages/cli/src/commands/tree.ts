import { type TreeRow } from "@agentlog/session-registry";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { wholeNumber } from "../numbers.js";
import { sessionArgument } from "../session-argument.js";
import { treeLines } from "../text/tree-lines.js";

/** Draws the tree a session is in, or those of the latest sessions. */
export async function tree(
  context: Context,
  session: string | undefined,
  options: { readonly limit: string },
): Promise<number> {
  const { output } = context;
  const limit = wholeNumber(options.limit, "--limit");
  await using work = await context.open();
  const id = session === undefined ? undefined : (await sessionArgument(work, session)).id;
  const rows = await work.registry.tree(id, { limit });
  for (const line of treeLines(rows, output, Date.now(), id)) await output.line(line);
  if (rows.length === 0) await output.line("no sessions");
  await output.result("tree", { rows: rows.map(flat) });
  return EXIT.ok;
}

function flat({ record, depth, edge, broken }: TreeRow): object {
  return { depth, edge, broken, session: record };
}
