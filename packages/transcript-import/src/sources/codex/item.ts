import { type JsonObject } from "@agentlog/types";
import { countField, isObject, listField, objectField, textField } from "../../records/fields.js";

/** A line of a rollout in today's form, whatever version wrote it. */
export interface Item {
  /** `session_meta`, `turn_context`, `response_item`, `event_msg`, `compacted` or something newer. */
  readonly type: string;
  readonly payload: JsonObject;
  /** What kind of item or event it is: `type/payload.type`, or `type` alone. */
  readonly name: string;
  /** Its number in the thread's history, which newer versions write. */
  readonly ordinal: number | undefined;
}

/**
 * Versions until the summer of 2025 wrote no envelope: a header without a type, then bare response items, with
 * `{record_type: "state"}` between them.
 */
export function toItem(record: JsonObject): Item {
  const type = textField(record, "type");
  const payload = objectField(record, "payload");
  const ordinal = countField(record, "ordinal");
  if (type !== undefined && payload !== undefined) return named(type, payload, ordinal);
  const old = textField(record, "record_type");
  if (old !== undefined) return { type: old, payload: record, name: old, ordinal };
  if (type !== undefined) return named("response_item", record, ordinal);
  return named(isHeader(record) ? "session_meta" : "untyped", record, ordinal);
}

function named(type: string, payload: JsonObject, ordinal: number | undefined): Item {
  const inner = type === "event_msg" || type === "response_item" ? textField(payload, "type") : undefined;
  const item = inner === "item_completed" ? textField(objectField(payload, "item"), "type") : undefined;
  const name = [type, inner, item].filter((part) => part !== undefined).join("/");
  return { type, payload, name, ordinal };
}

/** Names of envelopes. No other agent's records have one of these beside a `payload`. */
const ENVELOPES: ReadonlySet<string> = new Set([
  "session_meta",
  "turn_context",
  "response_item",
  "event_msg",
  "compacted",
  "world_state",
  "inter_agent_communication",
  "inter_agent_communication_metadata",
]);

/** True for what only Codex writes. A folder somebody names may hold other programs' JSON lines, our own logs among them. */
export function isCodexRecord(record: JsonObject): boolean {
  const type = textField(record, "type");
  if (objectField(record, "payload") !== undefined) return type !== undefined && ENVELOPES.has(type);
  if (type === undefined) return record["record_type"] === "state" || isHeader(record);
  return isBareItem(type, record);
}

function isHeader(record: JsonObject): boolean {
  return (
    record["type"] === undefined &&
    textField(record, "id") !== undefined &&
    textField(record, "timestamp") !== undefined &&
    Object.hasOwn(record, "instructions")
  );
}

/** An item of the Responses API, which other agents wrap into something of their own. */
function isBareItem(type: string, record: JsonObject): boolean {
  switch (type) {
    case "message":
      return listField(record, "content").some(
        (block) => isObject(block) && (block["type"] === "input_text" || block["type"] === "output_text"),
      );
    case "function_call":
      return textField(record, "call_id") !== undefined && typeof record["arguments"] === "string";
    case "function_call_output":
      return textField(record, "call_id") !== undefined && record["output"] !== undefined;
    case "reasoning":
      return Array.isArray(record["summary"]);
    default:
      return false;
  }
}
