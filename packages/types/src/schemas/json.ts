import { custom } from "zod";
import type { JsonObject, JsonValue } from "../json.js";

// Nesting a log takes. It bounds the recursion, and refuses a cycle too.
const MAX_DEPTH = 64;

function isObject(value: unknown, depth: number): value is JsonObject {
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.values(value).every((field) => field === undefined || isJson(field, depth + 1));
}

function isJson(value: unknown, depth: number): value is JsonValue {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  // Array.from shows the holes of a sparse array, every() would pass over them.
  if (Array.isArray(value)) return depth <= MAX_DEPTH && Array.from(value).every((item) => isJson(item, depth + 1));
  return isObject(value, depth);
}

/** Any JSON value that nests at most 64 deep. Handed back as it came: a copy would lose a key named `__proto__`. */
export const jsonValueSchema = custom<JsonValue>((value) => isJson(value, 1), "expected a JSON value");

/** Any JSON object that nests at most 64 deep, handed back as it came. */
export const jsonObjectSchema = custom<JsonObject>((value) => isObject(value, 1), "expected a JSON object");
