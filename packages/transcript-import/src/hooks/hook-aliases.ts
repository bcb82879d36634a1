import { type EventId, type JsonValue } from "@agentlog/types";
import { type ImportedEvent } from "../source.js";
import { hookCallId, hookPromptId, hookResultId } from "./hook-event-id.js";

/** As much of an event as is looked at. */
export type AliasedEvent = Pick<ImportedEvent, "id" | "type" | "data" | "source">;

/** Finds the ids under which a hook may have recorded the events of one transcript, in order. */
export interface HookAliases {
  /**
   * By an event's id: for tool calls, their results and what a person typed. `promptId` is the agent's own id for the turn
   * or message of these events, where it has one. Undefined when there are none.
   */
  of(
    events: readonly AliasedEvent[],
    promptId: string | undefined,
  ): ReadonlyMap<EventId, readonly EventId[]> | undefined;
}

/** Calls that never get a result must not add up in a long file. */
const MOST_CALLS = 10_000;

export function createHookAliases(agent: string): HookAliases {
  // A result does not repeat the input of its call, which tells apart calls whose ids come again.
  const inputs = new Map<string, JsonValue | undefined>();

  const aliasOf = ({ type, data, source }: AliasedEvent, promptId: string | undefined): EventId | undefined => {
    const native = source?.nativeSession;
    if (native === undefined) return undefined;
    const { callId, text } = data;
    if (type === "message.sent" && data["role"] === "user" && typeof text === "string" && promptId !== undefined)
      return hookPromptId(agent, native, promptId, text);
    if (typeof callId !== "string") return undefined;
    if (type === "tool.called") {
      inputs.set(callId, data["input"]);
      if (inputs.size > MOST_CALLS) inputs.delete(inputs.keys().next().value!);
      return hookCallId(agent, native, callId, data["input"]);
    }
    if (type !== "tool.completed" && type !== "tool.failed") return undefined;
    const input = inputs.get(callId);
    inputs.delete(callId);
    return hookResultId(agent, native, callId, input);
  };

  return {
    of: (events, promptId) => {
      const aliases = events.flatMap((event): [EventId, readonly EventId[]][] => {
        const alias = aliasOf(event, promptId);
        return alias === undefined ? [] : [[event.id, [alias]]];
      });
      return aliases.length === 0 ? undefined : new Map(aliases);
    },
  };
}
