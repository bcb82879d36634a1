import { type JsonObject } from "@agentlog/types";
import { objectField, textField } from "../../records/fields.js";
import { normalTime } from "../../records/time.js";

/** A record's own time, RFC 3339 in UTC with milliseconds; undefined when it has none. */
export function timeOf(record: JsonObject): string | undefined {
  // A file-history-snapshot has its time inside.
  return normalTime(textField(record, "timestamp") ?? textField(objectField(record, "snapshot"), "timestamp"));
}
