import { agentlogError, deriveSessionId, type SessionId } from "@agentlog/types";
import { bindingsToSplit } from "../fold/merge.js";
import { descendsFrom } from "../view.js";
import { type Change, known } from "./marks.js";

/** Makes `from` part of `into`. Called for `from`; the record it answers with is that of `into`. */
export function changeMerged(into: SessionId): Change {
  return async (view, from, time) => {
    const target = await known(view, into);
    if (target.session === from.session) return undefined;
    // One step up or down is undone by the merge itself; more would leave a cycle behind.
    const above = target.parent === undefined ? undefined : await view.surviving(target.parent.session);
    const isFarBelow =
      above !== undefined && above.session !== from.session && (await descendsFrom(view, above.session, from.session));
    if (isFarBelow) {
      const message = `session ${target.session} came from ${from.session} through others; take the parent of one of them away first`;
      throw agentlogError("PARENT_CYCLE", message, { child: target.session, parent: from.session });
    }
    return { type: "session.merged", time, session: from.session, data: { into: target.session } };
  };
}

/** Gives a native session a session of its own again: the one it had before a merge, or a new one. */
export function changeSplit(agent: string, native: string): Change {
  return async (view, { session, natives }, time) => {
    const [binding] = bindingsToSplit({ natives } as never, agent, native);
    if (binding === undefined) throw notBound(session, agent, native);
    const to = binding.before ?? deriveSessionId(agent, native);
    const isOwn = to === session;
    const there = isOwn ? undefined : await view.get(to);
    if (isOwn || (there !== undefined && there.mergedInto !== session)) {
      const hint = isOwn ? "split the others off it instead" : "that id is another session's already";
      throw agentlogError("USAGE", `session ${session} is that native session's own; ${hint}`, { hint });
    }
    return { type: "session.split", time, session, data: { agent, native, to } };
  };
}

/** Takes a native session out of a session. Its next sighting is resolved anew. */
export function changeUnbound(agent: string, native: string): Change {
  return async (_view, { session, natives }, time) => {
    if (!natives.some((one) => one.agent === agent && one.native === native)) throw notBound(session, agent, native);
    return { type: "session.unbound", time, session, data: { agent, native } };
  };
}

function notBound(session: SessionId, agent: string, native: string): Error {
  const id = `${agent} ${JSON.stringify(native.slice(0, 80))}`;
  return agentlogError(
    "NOT_FOUND",
    `session ${session} has no native session ${id}; \`agentlog show\` lists those it has`,
    {
      what: "native session",
      id: native.slice(0, 80),
    },
  );
}
