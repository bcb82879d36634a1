import { type OpenedStore } from "@agentlog/durable-fs";
import { openBindings, type Binding, type Bindings } from "@agentlog/snapshot-store";
import { agentlogError } from "@agentlog/types";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { escapeText } from "../text/escape.js";
import { timeAgo } from "../text/time.js";
import { fitText } from "../text/width.js";
import { age } from "../when.js";

interface BindingOptions {
  readonly room?: string;
  readonly replace?: boolean;
  readonly olderThan?: string;
  readonly dryRun?: boolean;
}

/** Prints the session of a pair. */
export async function bindingGet(context: Context, room: string, agent: string): Promise<number> {
  const found = await open(context.existingStore()).get(room, agent);
  if (found === undefined) throw notFound(room, agent);
  await context.output.line(escapeText(found.session));
  await context.output.result("binding get", found);
  return EXIT.ok;
}

/** Binds a pair and prints the session that counts. It is the answer no when another one was asked for. */
export async function bindingSet(
  context: Context,
  room: string,
  agent: string,
  session: string | undefined,
  { replace }: BindingOptions,
): Promise<number> {
  const { output } = context;
  if (session === "") throw usage("the session is empty; leave it out for one derived from room and agent");
  const bound = await open(context.store()).bind(room, agent, session, { replace });
  const isOther = session !== undefined && bound.session !== session;
  if (isOther) output.note("bound to another session already; --replace binds it to this one");
  await output.line(escapeText(bound.session));
  await output.result("binding set", bound);
  return isOther ? EXIT.no : EXIT.ok;
}

/** Lists bindings, the last used first. */
export async function bindingList(context: Context, { room }: BindingOptions): Promise<number> {
  const bindings = await open(context.existingStore()).list({ room });
  await print(context, bindings, "no bindings");
  await context.output.result("binding ls", { bindings });
  return EXIT.ok;
}

/** Forgets the session of a pair. */
export async function bindingRemove(context: Context, room: string, agent: string): Promise<number> {
  if (!(await open(context.existingStore()).unbind(room, agent))) throw notFound(room, agent);
  await context.output.line("removed");
  await context.output.result("binding rm", { room, agent, removed: true });
  return EXIT.ok;
}

/** Removes bindings that were not used for long. */
export async function bindingGc(context: Context, { olderThan, dryRun = false }: BindingOptions): Promise<number> {
  const { output } = context;
  if (olderThan === undefined) throw usage("binding gc needs --older-than, such as 7d");
  const removed = await open(context.existingStore()).removeStale({ olderThan: toAge(olderThan), dryRun });
  await print(context, removed, "nothing that old");
  if (removed.length > 0) await output.line(`${dryRun ? "would remove" : "removed"} ${removed.length}`);
  await output.result("binding gc", { dryRun, removed });
  return EXIT.ok;
}

function open({ layout }: OpenedStore): Bindings {
  return openBindings({ file: layout.bindings, quarantineDirectory: layout.quarantineDir });
}

async function print({ output }: Context, bindings: readonly Binding[], none: string): Promise<void> {
  if (bindings.length === 0) await output.line(none);
  const now = Date.now();
  const width = Math.max(10, Math.floor((output.columns - 52) / 2));
  for (const { room, agent, session, used } of bindings) {
    const pair = [room, agent].map((name) => fitText(name === "" ? '""' : name, width).padEnd(width));
    await output.line(`${timeAgo(used, now).padEnd(10)}  ${pair.join("  ")}  ${fitText(session, 36)}`);
  }
}

function toAge(text: string): number {
  const ms = age(text);
  if (ms !== undefined) return ms;
  throw usage(
    `--older-than ${JSON.stringify(text.slice(0, 40))} is no age: give a number and s, m, h, d or w, such as 7d`,
  );
}

function notFound(room: string, agent: string): Error {
  const pair = `${JSON.stringify(room.slice(0, 60))} ${JSON.stringify(agent.slice(0, 60))}`;
  return agentlogError("NOT_FOUND", `${pair} is not bound; agentlog binding ls lists what is`, {
    what: "binding",
    id: JSON.stringify([room, agent]),
  });
}

function usage(message: string): Error {
  return agentlogError("USAGE", message, { hint: "see agentlog binding --help" });
}
