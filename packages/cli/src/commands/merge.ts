import { type NativeBinding, type SplitOff } from "@agentlog/session-registry";
import { agentlogError, isSessionId } from "@agentlog/types";
import { type Context } from "../context.js";
import { mutate } from "../mutation.js";
import { sessionArgument, sessionByName } from "../session-argument.js";
import { escapeText } from "../text/escape.js";
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
    done: ({ record }) => `part of session ${shortId(record.session)}`,
  });
}

/** Makes a session that was merged into another one, or a native session of it, a session of its own again. */
export function split(context: Context, session: string, part: string, options: Options): Promise<number> {
  return mutate(context, "split", {
    session,
    dryRun: options.dryRun,
    change: ({ registry }, named, how) => registry.split(named.id, partOf(named, part), how),
    done: `${escapeText(part.slice(0, 80))} is a session of its own again`,
  });
}

/** A session that was merged, by its id, the beginning of it or its name; else a native session. Throws `NOT_FOUND`, `AMBIGUOUS_ID`. */
function partOf(named: NamedSession, part: string): SplitOff {
  const lower = part.toLowerCase();
  const prefix = lower.startsWith("sess_") ? lower : `sess_${lower}`;
  const byName = sessionByName(part);
  const merged = (named.record?.absorbed ?? []).map(({ session }) => session);
  const found = merged.filter((session) => session === byName || (prefix !== "sess_" && session.startsWith(prefix)));
  const [only] = found;
  if (only !== undefined && found.length === 1) return { session: only };
  if (found.length > 1) throw ambiguous("merged sessions", part, found);
  // Of the first of very many merges the record does not tell.
  if (isSessionId(prefix)) return { session: prefix };
  return bindingOf(named, part);
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
  // Nothing at all is a slip, not the beginning of everything.
  const found = exact.length > 0 || native === "" ? exact : natives.filter((one) => one.native.startsWith(native));
  const [only] = found;
  const given = JSON.stringify(native.slice(0, 80));
  if (only === undefined) {
    const message = `session ${shortId(id)} has no part ${given}; \`agentlog show ${shortId(id)}\` lists those it has`;
    throw agentlogError("NOT_FOUND", message, { what: "native session", id: native.slice(0, 80) });
  }
  if (found.length === 1) return only;
  throw ambiguous(
    "native sessions",
    native,
    found.map((one) => one.native),
  );
}

function ambiguous(what: string, given: string, found: readonly string[]): Error {
  const message = `${found.length} ${what} begin with ${JSON.stringify(given.slice(0, 80))}: give more of the id`;
  return agentlogError("AMBIGUOUS_ID", message, {
    prefix: given.slice(0, 80),
    matches: found.slice(0, 10),
    total: found.length,
  });
}
