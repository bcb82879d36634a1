import { type JsonObject } from "@agentlog/types";
import { textField } from "../claude/fields.js";

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;

/** The record's id when it was drawn at random, as Copilot CLI does. */
export function uuidOf(record: JsonObject, name = "id"): string | undefined {
  const id = textField(record, name);
  return id !== undefined && UUID.test(id) ? id : undefined;
}

/** What the ids of a record's events are derived from: its own id; where that may be another record's too, its content. */
export function keyOf(record: JsonObject, hash: () => string): string {
  return uuidOf(record) ?? `sha256:${hash()}`;
}
