import { type JsonObject, toToolKind } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, objectField, textField, without } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, type RecordContext } from "../record.js";
import { type Calls, pathInInput } from "./calls.js";

/** A `tool_use` block; undefined when it has no id or no name. */
export function mapToolCall(
  context: RecordContext,
  block: JsonObject,
  index: number,
  calls: Calls,
): ImportedEvent | undefined {
  const callId = textField(block, "id");
  const name = textField(block, "name");
  if (callId === undefined || name === undefined) return undefined;
  const kind = toToolKind(name);
  calls.open(callId, { name, kind, path: pathInInput(objectField(block, "input")) });
  const data = defined<DataOf<"tool.called">>({
    callId,
    name,
    kind,
    input: block["input"],
    details: without(block, "type", "id", "name", "input"),
  });
  return eventOf(context, "tool.called", `tool.${index}`, data);
}
