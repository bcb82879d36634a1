import { type Context } from "../context.js";
import { mutate } from "../mutation.js";
import { escapeText } from "../text/escape.js";

interface LinkOptions {
  readonly task?: readonly string[];
  readonly project?: readonly string[];
  readonly dryRun?: boolean;
}

/** Says that a session belongs to tasks or projects. */
export function link(context: Context, session: string, options: LinkOptions): Promise<number> {
  return change(context, "link", session, options);
}

/** Takes that back. */
export function unlink(context: Context, session: string, options: LinkOptions): Promise<number> {
  return change(context, "unlink", session, options);
}

function change(context: Context, what: "link" | "unlink", session: string, options: LinkOptions): Promise<number> {
  const { task: tasks = [], project: projects = [], dryRun } = options;
  const named = [...tasks, ...projects].map(escapeText).join(", ");
  return mutate(context, what, {
    session,
    dryRun,
    change: ({ registry }, { id }, how) => registry[what](id, { tasks, projects }, how),
    done: `${what}ed ${what === "link" ? "to" : "from"} ${named}`,
  });
}
