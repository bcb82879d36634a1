import { type JsonObject, type JsonValue } from "@agentlog/types";
import { normalTime } from "../../records/time.js";

const LAST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** Milliseconds since 1970, from OpenCode's own form, which is that, or from RFC 3339; undefined for anything else. */
export function toMs(value: JsonValue | bigint | undefined): number | undefined {
  const ms = typeof value === "string" ? Date.parse(normalTime(value) ?? "") : Math.trunc(numberOf(value));
  return ms > 0 && ms <= LAST_MS ? ms : undefined;
}

function numberOf(value: unknown): number {
  return typeof value === "number" || typeof value === "bigint" ? Number(value) : Number.NaN;
}

/** One of the times in an object of them, such as `created` in a message's `time`. */
export function msIn(times: JsonObject | undefined, name: string): number | undefined {
  return toMs(times?.[name]);
}

/** RFC 3339 in UTC with milliseconds. */
export function toTime(ms: number): string {
  return new Date(ms).toISOString();
}
