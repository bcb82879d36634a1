import { agentlogError, deriveSessionId, type SessionId } from "@agentlog/types";
import { type SessionRecord, type SplitOff } from "../contract.js";
import { type RegistryEvent } from "../events.js";
import { foresee } from "../transaction.js";
import { descendsFrom, type View } from "../view.js";
import { type Change, known } from "./marks.js";

/** Makes `from` part of `into`. Called for `from`; the record it answers with is that of `into`. */
export function changeMerged(into: SessionId): Change {
  return async (view, from, time) => {
    const target = await known(view, into);
    if (target.session === from.session) return undefined;
    await refuseFarBelow(view, target, from);
    const event = (parent: SessionId | null): RegistryEvent => {
      return { type: "session.merged", time, session: from.session, data: { into: target.session, parent } };
    };
    // The parent of one of them may come from the other one: then it is the parent of none.
    const owners = target.parentless === true ? [] : [target, from].filter(({ parent }) => parent !== undefined);
    for (const { session } of owners) {
      if (!(await isInCycle(view, event(session), target.session))) return event(session);
    }
    return event(null);
  };
}

async function refuseFarBelow(view: View, target: SessionRecord, from: SessionRecord): Promise<void> {
  // One step up or down is undone by the merge itself; more would leave a cycle behind.
  const above = target.parent === undefined ? undefined : await view.surviving(target.parent.session);
  if (above === undefined || above.session === from.session) return;
  if (!(await descendsFrom(view, above.session, from.session))) return;
  const message = `session ${target.session} came from ${from.session} through others; take the parent of one of them away first`;
  throw agentlogError("PARENT_CYCLE", message, { child: target.session, parent: from.session });
}

/**
 * Makes what was merged, or joined by its fingerprint, a session of its own again: the one it was, or for a native session
 * that never was one the session of its derived id.
 */
export function changeSplit(what: SplitOff): Change {
  return async (view, from, time) => {
    const { session } = from;
    const to = "session" in what ? what.session : ownSession(from, what);
    const there = await view.get(to);
    const isMerged = there?.mergedInto === session;
    if ("session" in what && !isMerged) {
      const message = `session ${what.session} was not merged into ${session}; \`agentlog show\` lists what was`;
      throw agentlogError("NOT_FOUND", message, { what: "merged session", id: what.session });
    }
    if (to === session) throw refused(`that native session is the one that ${session} is of; split the others off it`);
    if (there !== undefined && !isMerged && !isBare(there))
      throw refused(`session ${to}, which that native session would be, is another one's by now; unbind it instead`);
    const named = "session" in what ? {} : { agent: what.agent, native: what.native };
    const event = (without: readonly ("alias" | "parent")[]): RegistryEvent => {
      const rest = without.length === 0 ? {} : { without };
      return { type: "session.split", time, session, data: { ...named, to, ...rest } };
    };
    const without: ("alias" | "parent")[] = [];
    if (there?.alias !== undefined && (await isAliasTaken(view, event([]), there.alias, to))) without.push("alias");
    if (there?.parent !== undefined && (await isInCycle(view, event([]), to))) without.push("parent");
    return event(without);
  };
}

/** Takes a native session out of a session. Its next sighting is resolved anew. */
export function changeUnbound(agent: string, native: string): Change {
  return async (_view, record, time) => {
    const { session } = record;
    if (bindingOf(record, agent, native).before !== undefined)
      throw refused(`that native session came to ${session} by a merge; split it off first`);
    return { type: "session.unbound", time, session, data: { agent, native } };
  };
}

/** The session that a native session was before, or would be had it never been joined to another one. */
function ownSession(record: SessionRecord, { agent, native }: { agent: string; native: string }): SessionId {
  return bindingOf(record, agent, native).before ?? deriveSessionId(agent, native);
}

function bindingOf(record: SessionRecord, agent: string, native: string): SessionRecord["natives"][number] {
  const found = record.natives.find((one) => one.agent === agent && one.native === native);
  if (found !== undefined) return found;
  const id = native.slice(0, 80);
  const message = `session ${record.session} has no native session ${agent.slice(0, 80)} ${JSON.stringify(id)}; \`agentlog show\` lists those it has`;
  throw agentlogError("NOT_FOUND", message, { what: "native session", id });
}

/** A session that all native sessions have left: its own may come back to it. */
function isBare({ natives, mergedInto }: SessionRecord): boolean {
  return mergedInto === undefined && natives.length === 0;
}

async function isAliasTaken(view: View, event: RegistryEvent, alias: string, by: SessionId): Promise<boolean> {
  const trial = view.fork();
  await foresee(trial, event);
  for (const { key } of await view.scan("alias", { prefix: [alias], limit: 3 })) {
    if (key !== by && (await trial.get(key))?.alias === alias) return true;
  }
  return false;
}

/** Whether a session would be among its own ancestors after an event. */
async function isInCycle(view: View, event: RegistryEvent, session: SessionId): Promise<boolean> {
  const trial = view.fork();
  await foresee(trial, event);
  const parent = (await trial.get(session))?.parent;
  return parent !== undefined && (await descendsFrom(trial, parent.session, session));
}

function refused(message: string): Error {
  return agentlogError("USAGE", message, { hint: message.split("; ").at(-1) });
}
