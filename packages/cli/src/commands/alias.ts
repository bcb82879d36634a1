import { agentlogError } from "@agentlog/types";
import { type Context } from "../context.js";
import { mutate } from "../mutation.js";
import { escapeText } from "../text/escape.js";

/** Gives a session a name of one's own, or takes it away. */
export function alias(
  context: Context,
  session: string,
  name: string | undefined,
  options: { readonly clear?: boolean; readonly dryRun?: boolean },
): Promise<number> {
  if ((name === undefined) !== (options.clear === true)) {
    const hint = "give either an alias or --clear";
    throw agentlogError("USAGE", `the alias is not clear: ${hint}`, { hint });
  }
  return mutate(context, "alias", {
    session,
    dryRun: options.dryRun,
    change: ({ registry }, { id }, how) => registry.setAlias(id, name, how),
    done: name === undefined ? "no alias any more" : `alias ${escapeText(name)}`,
  });
}
