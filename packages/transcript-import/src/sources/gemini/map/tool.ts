import { type JsonObject, type JsonValue, toToolKind } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, isObject, objectField, textField, without } from "../../../records/fields.js";
import { timeOf } from "../../../records/time.js";
import { hashOf, keptPart, type Part, partOf } from "../event.js";
import { mapFileEffect } from "./file-effect.js";
import { type MessageContext } from "./message.js";

/** A tool's call as the log sees it. */
export interface Call {
  readonly callId: string;
  readonly name: string;
  readonly input: JsonObject | undefined;
  /** The result as it was shown to the person. */
  readonly display: JsonValue | undefined;
}

/** States of a call that it does not leave. */
const ENDED: ReadonlySet<unknown> = new Set(["success", "error", "cancelled"]);

/**
 * A call with its result, as far as there is one: Gemini CLI keeps both in the message that called.
 *
 * @param fallback the call's id when it has none: versions before 2026 wrote none for some tools
 */
export function mapToolCall(context: MessageContext, record: JsonValue, fallback: string): readonly Part[] {
  const call = isObject(record) ? record : { value: record };
  const name = textField(call, "name");
  if (name === undefined) return [keptPart(context, "call", `${fallback}/call`, call)];
  const callId = textField(call, "id") ?? fallback;
  const input = call["args"];
  const data = defined<DataOf<"tool.called">>({
    callId,
    name,
    kind: toToolKind(name),
    input,
    details: without(call, "id", "name", "args", "status", "result", "resultDisplay", "timestamp"),
  });
  const called = partOf(context, "tool.called", `call/${callId}`, hashOf(input ?? null), data);
  return [
    called,
    ...mapResult(context, call, { callId, name, input: objectField(call, "args"), display: call["resultDisplay"] }),
  ];
}

function mapResult(context: MessageContext, record: JsonObject, call: Call): readonly Part[] {
  const { status, result } = record;
  const parts = Array.isArray(result) ? (result as readonly JsonValue[]) : result === undefined ? [] : [result];
  const responses = parts.filter(isObject).map((part) => objectField(part, "functionResponse"));
  // After a compression a call may have the results of all calls of its turn.
  const own = responses.find((response) => textField(response, "id") === call.callId) ?? responses[0];
  const hasResult = parts.some((part) => part !== null);
  if (!ENDED.has(status) && (status !== undefined || !hasResult)) return [];
  const output = own?.["response"] ?? (own === undefined && hasResult ? result : undefined);
  const time = timeOf(record);
  const at = time === undefined ? context : { time, timed: true };
  return outcome(at, call, output, status);
}

/** A result as the model gets it. It says the same as the one in the call's own record, where there is one. */
export function mapResponse(context: MessageContext, response: JsonObject): readonly Part[] {
  const callId = textField(response, "id")!;
  const name = textField(response, "name") ?? "unknown";
  return outcome(context, { callId, name, input: undefined, display: undefined }, response["response"], undefined);
}

function outcome(
  at: Pick<Part, "time" | "timed">,
  call: Call,
  response: JsonValue | undefined,
  status: JsonValue | undefined,
): readonly Part[] {
  const { callId, name, display } = call;
  const kind = toToolKind(name);
  const fields = isObject(response) ? response : undefined;
  const error = textField(fields, "error");
  const key = `call/${callId}/result`;
  const state = hashOf(response ?? null);
  const general = { callId, name, kind };
  const exitCode = kind === "shell" ? exitCodeIn(textField(fields, "output")) : undefined;
  if (status === "error" || status === "cancelled" || (status === undefined && error !== undefined)) {
    const data = defined<DataOf<"tool.failed">>({
      ...general,
      error: error ?? (typeof display === "string" && display !== "" ? display : String(status)),
      // The text alone is the error already.
      output: fields !== undefined && Object.keys(fields).length === 1 && error !== undefined ? undefined : response,
      exitCode,
      interrupted: status === "cancelled" ? true : undefined,
      details: display === undefined || display === error ? undefined : { resultDisplay: display },
    });
    return [partOf(at, "tool.failed", key, state, data)];
  }
  const output = textField(fields, "output");
  const isPlain = fields !== undefined && Object.keys(fields).length === 1 && output !== undefined;
  const data = defined<DataOf<"tool.completed">>({
    ...general,
    output: isPlain ? output : response,
    exitCode,
    details: display === undefined || display === output ? undefined : { resultDisplay: display },
  });
  return [partOf(at, "tool.completed", key, state, data), ...mapFileEffect(at, call, output)];
}

/** What the shell tool writes into its result. */
function exitCodeIn(output: string | undefined): number | undefined {
  const [, code] = /(?:^|\n)Exit Code: (\d{1,3})(?:\n|$)/.exec(output ?? "") ?? [];
  return code === undefined || Number(code) > 255 ? undefined : Number(code);
}
