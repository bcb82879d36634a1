import { type EventId, type NativeSessionId } from "@agentlog/types";
import { hookCallId, hookPromptId, hookResultId } from "../../hooks/hook-event-id.js";
import { type ImportedEvent } from "../../source.js";
import { textField } from "../claude/fields.js";
import { AGENT } from "./record.js";

/**
 * The ids that a hook of Codex gives to the same prompts and tool calls.
 *
 * @param turn the turn they are in, which is what a hook names a prompt by
 */
export function hookAliases(
  native: NativeSessionId,
  turn: string | undefined,
  events: readonly ImportedEvent[],
): ReadonlyMap<EventId, readonly EventId[]> | undefined {
  const aliases = events.flatMap((event): [EventId, readonly EventId[]][] => {
    const alias = aliasOf(native, turn, event);
    return alias === undefined ? [] : [[event.id, [alias]]];
  });
  return aliases.length === 0 ? undefined : new Map(aliases);
}

function aliasOf(
  native: NativeSessionId,
  turn: string | undefined,
  { type, data }: ImportedEvent,
): EventId | undefined {
  if (type === "message.sent") {
    const text = data["role"] === "user" && data["synthetic"] !== true ? textField(data, "text") : undefined;
    return text === undefined || turn === undefined ? undefined : hookPromptId(AGENT, native, turn, text);
  }
  const callId = textField(data, "callId");
  if (callId === undefined) return undefined;
  // Codex's call ids are random and long, so that the input is not needed to tell calls apart.
  if (type === "tool.called") return hookCallId(AGENT, native, callId, data["input"]);
  return type === "tool.completed" || type === "tool.failed"
    ? hookResultId(AGENT, native, callId, undefined)
    : undefined;
}
