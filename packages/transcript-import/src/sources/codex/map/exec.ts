import { type JsonObject } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { countField, defined, listField, objectField, textField, without } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, type RecordContext } from "../record.js";
import { type Handler, type MapperState } from "./state.js";
import { millisecondsOf } from "./text.js";

/** Commands that Codex ran. These records have the words of the command; the tool call may have a line for a shell. */
function commandOf(about: JsonObject | undefined): readonly string[] | undefined {
  const words = listField(about, "command");
  return words.length > 0 && words.every((word) => typeof word === "string") ? words : undefined;
}

const begin: Handler = (context) => {
  const { payload } = context.item;
  const command = commandOf(payload);
  if (command === undefined) return [];
  const data = defined<DataOf<"process.started">>({
    command,
    cwd: textField(payload, "cwd"),
    callId: textField(payload, "call_id"),
    details: without(payload, "type", "call_id", "command", "cwd"),
  });
  return [eventOf(context, "process.started", "process", data)];
};

function end(
  context: RecordContext,
  state: MapperState,
  callId: string | undefined,
  about: JsonObject | undefined,
): readonly ImportedEvent[] {
  const command = commandOf(about);
  if (callId === undefined || about === undefined || command === undefined) return [];
  const call = state.calls.get(callId);
  if (call.told.has("process")) return [];
  call.told.add("process");
  if (about["status"] === "declined") {
    const denied = { permission: command.join(" "), callId, details: about };
    return [eventOf(context, "permission.denied", "denied", denied)];
  }
  const exitCode = countField(about, "exit_code");
  const durationMs = millisecondsOf(objectField(about, "duration"));
  // The result of the call comes after this record and says less.
  call.exitCode = exitCode ?? call.exitCode;
  call.durationMs = durationMs ?? call.durationMs;
  const details = without(about, "type", "call_id", "id", "command", "duration", "exit_code");
  const data = defined<DataOf<"process.completed">>({ command, exitCode, durationMs, callId, details });
  return [eventOf(context, "process.completed", "process", data)];
}

export const execHandlers: readonly (readonly [string, Handler])[] = [
  ["event_msg/exec_command_begin", begin],
  [
    "event_msg/exec_command_end",
    (context, state) => end(context, state, textField(context.item.payload, "call_id"), context.item.payload),
  ],
  [
    "event_msg/item_completed/CommandExecution",
    (context, state) => {
      const item = objectField(context.item.payload, "item");
      return end(context, state, textField(item, "id"), item);
    },
  ],
  [
    "event_msg/view_image_tool_call",
    (context) => {
      const path = textField(context.item.payload, "path");
      const callId = textField(context.item.payload, "call_id");
      return path === undefined ? [] : [eventOf(context, "file.read", "file", { path, ...(callId && { callId }) })];
    },
  ],
];
