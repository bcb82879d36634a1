import { type JsonObject, type JsonValue } from "@agentlog/types";

const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);
const TEXT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** Milliseconds since 1970, from OpenCode's own form, which is that, or from RFC 3339; undefined for anything else. */
export function toMs(value: JsonValue | bigint | undefined): number | undefined {
  const ms =
    typeof value === "string" ? (TEXT.test(value) ? Date.parse(value) : Number.NaN) : Math.trunc(Number(value ?? NaN));
  const isTime = typeof value === "number" || typeof value === "bigint" || typeof value === "string";
  return isTime && ms > 0 && ms <= LAST_MS ? ms : undefined;
}

/** One of the times in an object of them, such as `created` in a message's `time`. */
export function msIn(times: JsonObject | undefined, name: string): number | undefined {
  return toMs(times?.[name]);
}

/** RFC 3339 in UTC with milliseconds. */
export function toTime(ms: number): string {
  return new Date(ms).toISOString();
}
