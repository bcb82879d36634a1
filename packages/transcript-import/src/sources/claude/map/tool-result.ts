import { type AgentReturned, type AgentSpawned, type JsonObject, type JsonValue } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { countField, defined, durationField, flagField, isObject, textField } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, type RecordContext } from "../record.js";
import { type Calls, type OpenCall } from "./calls.js";
import { mapFileEffect } from "./file-effect.js";

/**
 * A `tool_result` block with the details its record has about it: the result, and what the tool did to files and agents;
 * undefined when it does not say whose result it is.
 */
export function mapToolResult(
  context: RecordContext,
  block: JsonObject,
  index: number,
  details: JsonValue | undefined,
  calls: Calls,
): readonly ImportedEvent[] | undefined {
  const callId = textField(block, "tool_use_id");
  if (callId === undefined) return undefined;
  const call = calls.close(callId);
  const known = isObject(details) ? details : undefined;
  if (flagField(block, "is_error")) return [failure(context, block, index, callId, call, details)];
  const data = defined<DataOf<"tool.completed">>({
    callId,
    name: call?.name,
    kind: call?.kind,
    output: block["content"],
    durationMs: durationField(known, "durationMs") ?? durationField(known, "totalDurationMs"),
    exitCode: countField(known, "exitCode"),
    details,
  });
  const file = call === undefined ? undefined : mapFileEffect(context, index, callId, call, known);
  const agent = agentEffect(context, index, callId, known);
  return [eventOf(context, "tool.completed", `result.${index}`, data), ...(file ?? []), ...(agent ?? [])];
}

/** How Claude Code says that a person stopped a tool or did not let it run. */
const STOPPED = /^\[Request interrupted by user|^The user doesn't want to (?:proceed|take this action)/;

function failure(
  context: RecordContext,
  block: JsonObject,
  index: number,
  callId: string,
  call: OpenCall | undefined,
  details: JsonValue | undefined,
): ImportedEvent {
  const { content } = block;
  const error = textIn(content);
  const exitCode = /^(?:Error: )?Exit code (\d{1,9})\b/.exec(error)?.[1];
  const stopped = STOPPED.test(error) || (isObject(details) && flagField(details, "interrupted"));
  const data = defined<DataOf<"tool.failed">>({
    callId,
    name: call?.name,
    kind: call?.kind,
    error,
    // The text alone is the error already.
    output: typeof content === "string" ? undefined : content,
    exitCode: exitCode === undefined ? undefined : Number(exitCode),
    interrupted: stopped ? true : undefined,
    details: details === `Error: ${error}` || details === error ? undefined : details,
  });
  return eventOf(context, "tool.failed", `result.${index}`, data);
}

function textIn(content: JsonValue | undefined): string {
  if (typeof content === "string") return content;
  const blocks = Array.isArray(content) ? (content as readonly JsonValue[]) : [];
  const texts = blocks.map((block) => (isObject(block) ? textField(block, "text") : undefined));
  return texts.filter((text) => text !== undefined).join("\n");
}

/** The result of the tool that makes sub-agents names the one it made. */
function agentEffect(
  context: RecordContext,
  index: number,
  callId: string,
  details: JsonObject | undefined,
): readonly ImportedEvent[] | undefined {
  const agent = textField(details, "agentId");
  if (agent === undefined) return undefined;
  if (details?.["isAsync"] === true) {
    const data = defined<AgentSpawned>({ agent, parent: context.subAgent, callId, background: true });
    return [eventOf(context, "agent.spawned", `agent.${index}`, data)];
  }
  const data = defined<AgentReturned>({ agent, to: context.subAgent, callId });
  return [eventOf(context, "agent.returned", `agent.${index}`, data)];
}
