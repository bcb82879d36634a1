import { deriveSessionId, type JsonObject, type NativeSessionId, toToolKind } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { countField, defined, flagField, objectField, textField, without } from "../../../records/fields.js";
import { asNativeId } from "../../../records/native-id.js";
import { type ImportedEvent } from "../../../source.js";
import { AGENT, eventOf } from "../event.js";
import { msIn } from "../time.js";
import { type MessageContext } from "./message-context.js";
import { type Progress } from "./progress.js";
import { mapToolFiles } from "./tool-files.js";
import { type WrittenFiles } from "./written-files.js";

/**
 * A tool part: the call, and its result once there is one. The call has only what does not change while the tool runs.
 * Undefined when it does not say which tool it is.
 */
export function mapTool(
  context: MessageContext,
  part: string,
  record: JsonObject,
  progress: Progress,
  written: WrittenFiles,
): readonly ImportedEvent[] | undefined {
  const name = textField(record, "tool");
  if (name === undefined) return undefined;
  const state = objectField(record, "state") ?? {};
  const time = objectField(state, "time");
  // Early versions gave calls no id of their own.
  const callId = textField(record, "callID") ?? part;
  const call = { callId, name, kind: toToolKind(name) };
  const startMs = msIn(time, "start");
  const called = eventOf(
    context.session,
    "tool.called",
    context.origin(part, "called", startMs),
    defined<DataOf<"tool.called">>({ ...call, input: state["input"] }),
  );
  if (progress !== "done" || !isEnded(state)) return [called];

  const endMs = msIn(time, "end");
  const child = childOf(state);
  const details = detailsOf(record, state);
  const end = defined<Pick<DataOf<"tool.completed">, "durationMs" | "exitCode" | "details">>({
    durationMs: startMs === undefined || endMs === undefined || endMs < startMs ? undefined : endMs - startMs,
    exitCode: exitCodeOf(state),
    details,
  });
  const spawned = child === undefined ? [] : [spawn(context, part, callId, child, state, startMs)];
  if (state["status"] === "error") {
    const error = errorOf(state);
    const interrupted = flagField(objectField(state, "metadata"), "interrupted") || STOPPED.test(error);
    const data = defined<DataOf<"tool.failed">>({
      ...call,
      error,
      output: state["output"] ?? state["content"],
      ...end,
      interrupted: interrupted ? true : undefined,
    });
    return [called, ...spawned, eventOf(context.session, "tool.failed", context.origin(part, "result", endMs), data)];
  }
  const data = defined<DataOf<"tool.completed">>({ ...call, output: state["output"] ?? state["content"], ...end });
  const completed = eventOf(context.session, "tool.completed", context.origin(part, "result", endMs), data);
  const files = mapToolFiles(context, part, callId, call.kind, state, written);
  const returned =
    child === undefined
      ? []
      : [eventOf(context.session, "agent.returned", context.origin(part, "returned", endMs), { agent: child, callId })];
  return [called, ...spawned, completed, ...files, ...returned];
}

/** A call that was abandoned while it ran has no result, and none is made up. */
function isEnded(state: JsonObject): boolean {
  const { status } = state;
  return status !== "running" && status !== "pending" && status !== "streaming";
}

/** How OpenCode says that a person stopped a tool or did not let it run. */
const STOPPED = /^(?:Tool execution (?:was )?(?:aborted|interrupted)|The user (?:has )?rejected permission)/;

function errorOf(state: JsonObject): string {
  const { error } = state;
  return typeof error === "string" ? error : (textField(objectField(state, "error"), "message") ?? "");
}

function exitCodeOf(state: JsonObject): number | undefined {
  const code = countField(objectField(state, "metadata"), "exit");
  return code !== undefined && code <= 255 ? code : undefined;
}

function detailsOf(record: JsonObject, state: JsonObject): JsonObject | undefined {
  const about = without(state, "status", "input", "output", "content", "error", "time");
  const metadata = objectField(record, "metadata");
  return metadata === undefined ? about : { ...about, call: metadata };
}

/** The session of the sub-agent that a tool started. */
function childOf(state: JsonObject): NativeSessionId | undefined {
  const metadata = objectField(state, "metadata");
  return asNativeId(textField(metadata, "sessionId") ?? textField(metadata, "sessionID"));
}

function spawn(
  context: MessageContext,
  part: string,
  callId: string,
  child: NativeSessionId,
  state: JsonObject,
  ms: number | undefined,
): ImportedEvent {
  const data = defined<DataOf<"agent.spawned">>({
    agent: child,
    role: textField(objectField(state, "input"), "subagent_type"),
    callId,
    session: deriveSessionId(AGENT, child),
  });
  return eventOf(context.session, "agent.spawned", context.origin(part, "spawned", ms), data);
}
