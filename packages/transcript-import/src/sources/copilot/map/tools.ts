import { type JsonObject, type JsonValue, toToolKind } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, durationField, objectField, textField, without } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { detailsOf, eventOf, keptEventOf, namedEventOf, type RecordContext } from "../record.js";
import { type SessionState } from "../state.js";
import { mapFileEffect } from "./file-effect.js";
import { type Handler, type Handlers } from "./handler.js";

/** A call is told by the answer that asks for it and again when it begins; its result comes later. */
export const toolHandlers: Handlers = [
  [
    "tool.execution_start",
    (context, state) => {
      const { data } = context;
      const called = mapCall(context, textField(data, "toolName"), data, ["toolName"], state);
      if (called === undefined || called.length > 0) return called;
      // When it began and where is new; what it was called with is not.
      return [keptEventOf(context, { ...context.record, data: without(data, "arguments") ?? {} })];
    },
  ],
  ["tool.execution_complete", (context, state) => result(context, state)],
];

/** A call that an answer asks for; undefined when it has no id or no name. */
export function mapToolRequest(
  context: RecordContext,
  request: JsonObject,
  state: SessionState,
): readonly ImportedEvent[] | undefined {
  return mapCall(context, textField(request, "name"), request, ["name"], state);
}

function mapCall(
  context: RecordContext,
  name: string | undefined,
  call: JsonObject,
  told: readonly string[],
  state: SessionState,
): readonly ImportedEvent[] | undefined {
  const callId = textField(call, "toolCallId");
  if (callId === undefined || name === undefined) return undefined;
  if (state.opened.has(callId)) return [];
  state.opened.add(callId);
  const kind = toToolKind(name);
  const input = parsed(call["arguments"]);
  state.calls.set(callId, { name, kind, input });
  const details = detailsOf(call, "toolCallId", "arguments", ...told);
  const data = defined<DataOf<"tool.called">>({ callId, name, kind, input, details });
  return [namedEventOf(context, "tool.called", `call/${callId}`, data)];
}

/** Some models hand over their arguments as JSON in a text. */
function parsed(input: JsonValue | undefined): JsonValue | undefined {
  if (typeof input !== "string" || !input.startsWith("{")) return input;
  try {
    return JSON.parse(input) as JsonValue;
  } catch {
    return input;
  }
}

const result: Handler = (context, state) => {
  const { data } = context;
  const callId = textField(data, "toolCallId");
  if (callId === undefined) return undefined;
  const call = state.calls.get(callId);
  state.calls.delete(callId);
  const about = objectField(data, "result");
  const output = about?.["content"] ?? data["result"];
  const error = objectField(data, "error");
  const telemetry = objectField(data, "toolTelemetry");
  const general = {
    callId,
    name: call?.name,
    kind: call?.kind,
    durationMs: durationField(objectField(telemetry, "metrics"), "durationMs"),
    exitCode: call?.kind === "shell" ? exitCodeIn(output) : undefined,
    details: defined<JsonObject>({
      ...detailsOf(
        data,
        "toolCallId",
        "success",
        "result",
        ...(textField(error, "code") === undefined ? ["error"] : []),
      ),
      result: about === undefined ? undefined : detailsOf(about, ...repeatedIn(about)),
    }),
  };
  if (data["success"] === false || (data["success"] === undefined && error !== undefined)) {
    const text = textField(error, "message") ?? (typeof output === "string" ? output : "failed");
    const failed = defined<DataOf<"tool.failed">>({
      ...general,
      error: text,
      output: output === text ? undefined : output,
    });
    return [eventOf(context, "tool.failed", "result", failed)];
  }
  const completed = defined<DataOf<"tool.completed">>({ ...general, output });
  const files = call === undefined ? [] : mapFileEffect(context, callId, call, telemetry);
  return [eventOf(context, "tool.completed", "result", completed), ...files];
};

/** What the result has for the model and, most often the same, for the person. */
function repeatedIn(result: JsonObject): readonly string[] {
  return result["detailedContent"] === result["content"] ? ["content", "detailedContent"] : ["content"];
}

function exitCodeIn(output: JsonValue | undefined): number | undefined {
  const [, code] = (typeof output === "string" ? /<[^<>\n]{0,80}exit code (\d{1,3})>\s*$/.exec(output) : null) ?? [];
  return code === undefined || Number(code) > 255 ? undefined : Number(code);
}
