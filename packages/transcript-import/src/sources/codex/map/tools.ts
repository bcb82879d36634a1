import { type JsonObject, type JsonValue, toToolKind } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, isObject, objectField, textField, without } from "../../../records/fields.js";
import { patchInInput } from "../../../records/patch-text.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, type RecordContext } from "../record.js";
import { spawnedBy } from "./agents.js";
import { type Call } from "./calls.js";
import { fileEvents } from "./patches.js";
import { parseObject, readResult } from "./result-text.js";
import { type Handler, type MapperState } from "./state.js";
import { millisecondsOf } from "./text.js";

interface CallData {
  readonly callId: string;
  readonly name: string;
  readonly input: JsonValue | undefined;
  readonly details: JsonObject | undefined;
}

/** The beginning of a call, unless it was told. */
function callEvents(context: RecordContext, state: MapperState, data: CallData): readonly ImportedEvent[] {
  const { callId, name, input, details } = data;
  const call = state.calls.get(callId);
  if (call.told.has("call")) return [];
  call.told.add("call");
  call.name = name;
  call.kind = toToolKind(name);
  call.changes = patchInInput(name, input);
  const { kind } = call;
  return [
    eventOf(context, "tool.called", "call", defined<DataOf<"tool.called">>({ callId, name, kind, input, details })),
  ];
}

/** The result of a call with what it did to files and agents, unless it was told. */
function resultEvents(
  context: RecordContext,
  state: MapperState,
  callId: string,
  raw: JsonValue | undefined,
  details: JsonObject | undefined,
): readonly ImportedEvent[] {
  const call = state.calls.get(callId);
  if (call.told.has("result")) return [];
  call.told.add("result");
  const result = readResult(raw);
  const { output } = result;
  const shared = {
    callId,
    name: call.name,
    kind: call.kind,
    durationMs: call.durationMs ?? result.durationMs,
    exitCode: call.exitCode ?? result.exitCode,
    details,
  };
  if (call.error === undefined && !result.failed && (call.exitCode ?? 0) === 0) {
    const data = defined<DataOf<"tool.completed">>({ ...shared, output });
    const files = call.told.has("files") ? [] : fileEvents(context, callId, call.changes);
    return [
      eventOf(context, "tool.completed", "result", data),
      ...files,
      ...spawnedBy(context, state, call, callId, output),
    ];
  }
  const data = defined<DataOf<"tool.failed">>({
    ...shared,
    error: result.text === "" ? (call.error ?? "") : result.text,
    // The text alone is the error already.
    output: typeof output === "string" ? undefined : output,
    interrupted: result.stopped ? true : undefined,
  });
  const failed = eventOf(context, "tool.failed", "result", data);
  if (!result.rejected) return [failed];
  const permission = { permission: call.name ?? "tool", callId, by: "person" };
  return [eventOf(context, "permission.denied", "denied", permission), failed];
}

const functionCall: Handler = (context, state) => {
  const { payload } = context.item;
  const callId = textField(payload, "call_id");
  const name = textField(payload, "name");
  if (callId === undefined || name === undefined) return [];
  const text = payload["arguments"] ?? payload["input"];
  const input = typeof text === "string" && "arguments" in payload ? (parseObject(text) ?? text) : text;
  const details = without(payload, "type", "call_id", "name", "arguments", "input");
  return callEvents(context, state, { callId, name, input, details });
};

/** Calls whose type is their name. */
function namedCall(name: string, field: string): Handler {
  return (context, state) => {
    const { payload } = context.item;
    const callId = textField(payload, "call_id") ?? textField(payload, "id");
    if (callId === undefined) return [];
    const details = without(payload, "type", "call_id", field);
    return callEvents(context, state, { callId, name, input: payload[field], details });
  };
}

function outputIn(field: string): Handler {
  return (context, state) => {
    const { payload } = context.item;
    const callId = textField(payload, "call_id");
    if (callId === undefined) return [];
    return resultEvents(context, state, callId, payload[field], without(payload, "type", "call_id", field));
  };
}

/** What the provider runs by itself: one record tells both the call and its end, and an event tells both again. */
function providerCall(name: string, inputField: string, outputField: string): Handler {
  return (context, state) => {
    const { payload, type } = context.item;
    const channel = type === "response_item" ? "item" : "event";
    // Most versions give the id to the event alone, so that only the input says that they are one.
    if (state.twins.isTold(channel, name, JSON.stringify(payload[inputField] ?? null))) return [];
    const callId =
      textField(payload, "call_id") ?? textField(payload, "id") ?? (channel === "item" ? context.key : undefined);
    if (callId === undefined) return [];
    const details = without(payload, "type", "call_id", "id", inputField, outputField);
    const called = callEvents(context, state, { callId, name, input: payload[inputField], details });
    const output = payload[outputField];
    if (textField(payload, "status") === "failed") state.calls.get(callId).error = "failed";
    const isOver = payload["status"] !== "in_progress" && (channel === "event" || payload["status"] !== undefined);
    return isOver ? [...called, ...resultEvents(context, state, callId, output, undefined)] : called;
  };
}

/** The end of a call to an MCP server; the call itself most often has an item of its own, whose output comes later. */
const mcpEnd: Handler = (context, state) => {
  const { payload } = context.item;
  const done = objectField(payload, "item") ?? payload;
  const invocation = objectField(done, "invocation") ?? done;
  const callId = textField(done, "call_id") ?? textField(done, "id");
  const server = textField(invocation, "server");
  const tool = textField(invocation, "tool");
  if (callId === undefined || server === undefined || tool === undefined) return [];
  const outcome = done["result"];
  const result = isObject(outcome) ? (outcome["Ok"] ?? outcome["Err"] ?? outcome) : outcome;
  const isError =
    (isObject(outcome) && outcome["Err"] !== undefined) || (isObject(result) && result["isError"] === true);
  const call = state.calls.get(callId);
  note(call, millisecondsOf(objectField(done, "duration")), isError ? errorOf(result) : undefined);
  if (call.told.has("call")) return [];
  const input = invocation["arguments"];
  const called = callEvents(context, state, { callId, name: `mcp__${server}__${tool}`, input, details: undefined });
  return [
    ...called,
    ...resultEvents(context, state, callId, result, without(done, "type", "call_id", "invocation", "result")),
  ];
};

function note(call: Call, durationMs: number | undefined, error: string | undefined): void {
  call.durationMs = durationMs ?? call.durationMs;
  call.error = error ?? call.error;
}

function errorOf(result: JsonValue | undefined): string {
  return typeof result === "string" ? result : "failed";
}

export const toolHandlers: readonly (readonly [string, Handler])[] = [
  ["response_item/function_call", functionCall],
  ["response_item/custom_tool_call", functionCall],
  ["response_item/local_shell_call", namedCall("local_shell", "action")],
  ["response_item/tool_search_call", namedCall("tool_search", "arguments")],
  ["response_item/function_call_output", outputIn("output")],
  ["response_item/custom_tool_call_output", outputIn("output")],
  ["response_item/tool_search_output", outputIn("tools")],
  ["response_item/web_search_call", providerCall("web_search", "action", "results")],
  ["event_msg/web_search_end", providerCall("web_search", "action", "results")],
  ["response_item/image_generation_call", providerCall("image_generation", "revised_prompt", "result")],
  ["event_msg/image_generation_end", providerCall("image_generation", "revised_prompt", "result")],
  ["event_msg/mcp_tool_call_end", mcpEnd],
  ["event_msg/item_completed/McpToolCall", mcpEnd],
];
