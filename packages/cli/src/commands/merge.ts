import { type NativeBinding } from "@agentlog/session-registry";
import { agentlogError } from "@agentlog/types";
import { type Context } from "../context.js";
import { mutate } from "../mutation.js";
import { sessionArgument } from "../session-argument.js";
import { shortId } from "../text/session-table.js";
import { type NamedSession } from "../work.js";

interface Options {
  readonly dryRun?: boolean;
}

/** Makes one session part of another: one piece of work from now on, until `split`. */
export function merge(context: Context, from: string, into: string, options: Options): Promise<number> {
  return mutate(context, "merge", {
    session: from,
    dryRun: options.dryRun,
    change: async (work, { id }, how) => work.registry.merge(id, (await sessionArgument(work, into)).id, how),
    done: "takes in the other one",
  });
}

/** Gives a native session a session of its own again. */
export function split(context: Context, session: string, native: string, options: Options): Promise<number> {
  return mutate(context, "split", {
    session,
    dryRun: options.dryRun,
    change: ({ registry }, named, how) => registry.split(named.id, bindingOf(named, native), how),
    done: "split",
  });
}

/** Takes a native session out of a session, to be resolved anew when it is seen again. */
export function unbind(context: Context, session: string, native: string, options: Options): Promise<number> {
  return mutate(context, "unbind", {
    session,
    dryRun: options.dryRun,
    change: ({ registry }, named, how) => registry.unbind(named.id, bindingOf(named, native), how),
    done: "unbound",
  });
}

/** The native session whose id is given or begins so. Throws `NOT_FOUND`, `AMBIGUOUS_ID`. */
function bindingOf({ id, record }: NamedSession, native: string): NativeBinding {
  const natives = record?.natives ?? [];
  const exact = natives.filter((one) => one.native === native);
  const found = exact.length > 0 ? exact : natives.filter((one) => one.native.startsWith(native));
  const [only] = found;
  const given = JSON.stringify(native.slice(0, 80));
  if (only === undefined) {
    const message = `session ${shortId(id)} has no native session ${given}; \`agentlog show ${shortId(id)}\` lists those it has`;
    throw agentlogError("NOT_FOUND", message, { what: "native session", id: native.slice(0, 80) });
  }
  if (found.length === 1) return only;
  const matches = found.slice(0, 10).map((one) => one.native);
  throw agentlogError("AMBIGUOUS_ID", `${found.length} native sessions begin with ${given}: give more of the id`, {
    prefix: native.slice(0, 80),
    matches,
    total: found.length,
  });
}
