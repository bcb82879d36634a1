import { type Mutation } from "@agentlog/session-registry";
import { type Context } from "./context.js";
import { EXIT } from "./exit-code.js";
import { sessionArgument } from "./session-argument.js";
import { shortId } from "./text/session-table.js";
import { type NamedSession, type Work } from "./work.js";

/** A change that a person asks for. */
export interface Asked {
  readonly session: string;
  readonly dryRun: boolean | undefined;
  /** Makes the change. */
  readonly change: (work: Work, session: NamedSession, how: { readonly dryRun: boolean }) => Promise<Mutation>;
  /** What was done, as a sentence goes on after "session …": safe to print. */
  readonly done: string | ((mutation: Mutation) => string);
}

/** Finds the session, makes the change, says what it did. */
export async function mutate(
  context: Context,
  command: string,
  { session, dryRun = false, change, done }: Asked,
): Promise<number> {
  const { output } = context;
  await using work = await context.open();
  const named = await sessionArgument(work, session);
  const mutation = await change(work, named, { dryRun });
  const doneNow = typeof done === "string" ? done : done(mutation);
  const what = mutation.changed ? `${doneNow}${dryRun ? " (dry run: nothing was changed)" : ""}` : "nothing to change";
  await output.line(`session ${shortId(mutation.session)}: ${what}`);
  await output.result(command, { dryRun, ...mutation });
  return EXIT.ok;
}
