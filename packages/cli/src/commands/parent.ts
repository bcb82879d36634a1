import { agentlogError } from "@agentlog/types";
import { type Context } from "../context.js";
import { mutate } from "../mutation.js";
import { sessionArgument } from "../session-argument.js";

/** Says which session another one came from, or that it came from none. */
export function parent(
  context: Context,
  child: string,
  above: string | undefined,
  options: { readonly clear?: boolean; readonly dryRun?: boolean },
): Promise<number> {
  if ((above === undefined) !== (options.clear === true)) {
    const hint = "give either a parent or --clear";
    throw agentlogError("USAGE", `the parent is not clear: ${hint}`, { hint });
  }
  return mutate(context, "parent", {
    session: child,
    dryRun: options.dryRun,
    change: async (work, { id }, how) => {
      const named = above === undefined ? undefined : (await sessionArgument(work, above)).id;
      return work.registry.setParent(id, named, how);
    },
    done: above === undefined ? "no parent any more" : "parent set",
  });
}
