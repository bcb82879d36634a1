import { type JsonObject } from "@agentlog/types";
import { textField } from "../../records/fields.js";
import { isUuid } from "../../records/uuid.js";

/** The record's id when it was drawn at random, as Copilot CLI does. */
export function uuidOf(record: JsonObject, name = "id"): string | undefined {
  const id = textField(record, name);
  return isUuid(id) ? id : undefined;
}

/** What the ids of a record's events are derived from: its own id; where that may be another record's too, its content. */
export function keyOf(record: JsonObject, hash: () => string): string {
  return uuidOf(record) ?? `sha256:${hash()}`;
}
