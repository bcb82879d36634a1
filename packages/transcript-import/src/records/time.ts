import { type JsonObject } from "@agentlog/types";
import { textField } from "./fields.js";

// `Date.parse` takes much that is no time of a record, such as "1"; what has no zone would depend on the reader's.
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** A time in RFC 3339 as one in UTC with milliseconds; undefined for every other text, and for years an event cannot have. */
export function normalTime(text: string | undefined): string | undefined {
  if (text === undefined || !TIME.test(text)) return undefined;
  const time = new Date(text);
  const year = time.getUTCFullYear();
  return Number.isNaN(year) || year < 0 || year > 9999 ? undefined : time.toISOString();
}

/** The field when it is a time, in UTC with milliseconds. */
export function timeField(object: JsonObject | undefined, name: string): string | undefined {
  return normalTime(textField(object, name));
}

/** A record's own time, where agents most often put it. */
export function timeOf(record: JsonObject): string | undefined {
  return timeField(record, "timestamp");
}

/** What was not written to for so long is not going on any more: an hour. */
export const SETTLED_MS = 3_600_000;
