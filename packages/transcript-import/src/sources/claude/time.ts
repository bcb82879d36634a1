import { type JsonObject } from "@agentlog/types";
import { objectField, textField } from "./fields.js";

/** A record's own time, RFC 3339 in UTC with milliseconds; undefined when it has none. */
export function timeOf(record: JsonObject): string | undefined {
  // A file-history-snapshot has its time inside.
  return normalTime(textField(record, "timestamp") ?? textField(objectField(record, "snapshot"), "timestamp"));
}

// `Date.parse` takes much that is no time of a record, such as "1"; what has no zone would depend on the reader's.
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function normalTime(text: string | undefined): string | undefined {
  if (text === undefined || !TIME.test(text)) return undefined;
  const time = new Date(text);
  const year = time.getUTCFullYear();
  return Number.isNaN(year) || year < 0 || year > 9999 ? undefined : time.toISOString();
}
