import { deriveEventId, type EventId } from "@agentlog/types";
import { createHookAliases } from "../../hooks/hook-aliases.js";
import { textField } from "../../records/fields.js";
import { type ImportedEvent } from "../../source.js";
import { AGENT } from "./event.js";

/** Gives the ids under which the plugin may have told the events of one step, in order; undefined when there are none. */
export type AliasesOf = (events: readonly ImportedEvent[]) => ReadonlyMap<EventId, readonly EventId[]> | undefined;

/** The plugin names a prompt by its message, and tells the prompt's texts as one: a prompt of several is told by both. */
export function createAliases(): AliasesOf {
  const aliases = createHookAliases(AGENT);
  return (events) => {
    const said = events.find(({ type }) => type === "message.sent");
    const known = aliases.of(events, textField(said?.data, "messageId"));
    const started = events.find(({ type }) => type === "session.started");
    const native = started?.source?.nativeSession;
    if (started === undefined || native === undefined) return known;
    return new Map([...(known ?? []), [started.id, [deriveEventId(AGENT, native, "session.started")]]]);
  };
}
