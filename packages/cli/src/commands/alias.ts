import { type SessionRegistry } from "@agentlog/session-registry";
import { agentlogError, type SessionId } from "@agentlog/types";
import { type Context } from "../context.js";
import { mutate } from "../mutation.js";
import { sessionByName } from "../session-argument.js";
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
    change: async ({ registry }, { id }, how) => {
      if (name !== undefined) await refuseOthersName(registry, id, name);
      return registry.setAlias(id, name, how);
    },
    done: name === undefined ? "no alias any more" : `alias ${escapeText(name)}`,
  });
}

/** The name that a session was made by stays its name: whoever appends by it means that session. */
async function refuseOthersName(registry: SessionRegistry, id: SessionId, name: string): Promise<void> {
  const other = await registry.get(sessionByName(name.trim()));
  if (other === undefined || other.session === id) return;
  throw agentlogError("ALIAS_TAKEN", `session ${other.session} was made by that name; choose another alias`, {
    alias: name,
    session: other.session,
  });
}
