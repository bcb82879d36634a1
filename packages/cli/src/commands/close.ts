import { type Outcome } from "@agentlog/session-registry";
import { type Context } from "../context.js";
import { mutate } from "../mutation.js";
import { oneOf, OUTCOMES } from "../session-filter.js";

const CLOSING = OUTCOMES.filter((outcome) => outcome !== "open") as readonly Exclude<Outcome, "open">[];

/** Says how a piece of work ended. */
export function close(
  context: Context,
  session: string,
  options: { readonly outcome: string; readonly reason?: string; readonly dryRun?: boolean },
): Promise<number> {
  const outcome = oneOf(options.outcome, CLOSING, "--outcome") ?? "done";
  return mutate(context, "close", {
    session,
    dryRun: options.dryRun,
    change: ({ registry }, { id }, how) => registry.closeSession(id, { outcome, reason: options.reason }, how),
    done: `closed as ${outcome}`,
  });
}

/** Takes a closing back. */
export function reopen(context: Context, session: string, options: { readonly dryRun?: boolean }): Promise<number> {
  return mutate(context, "reopen", {
    session,
    dryRun: options.dryRun,
    change: ({ registry }, { id }, how) => registry.reopen(id, how),
    done: "open again",
  });
}
