import { type JsonValue } from "@agentlog/types";

/** As deep as an event may nest, and its fields' worth more. */
const MAX_DEPTH = 128;

/**
 * [PR-3] The value as it will be read back: without properties that are undefined. A fold that goes on in memory and one
 * that goes on from a store must see the same record, so whatever JSON would change (NaN, dates, class instances, cycles)
 * is refused with a TypeError. Returns the value itself when there is nothing to leave out.
 */
export function toPlainJson<Value>(value: Value): Value {
  // Of an asynchronous evolve: refused below, and its own failure must not end the program.
  if (value instanceof Promise) value.catch(() => {});
  return plain(value, MAX_DEPTH) as Value;
}

function plain(value: unknown, left: number): JsonValue {
  if (typeof value === "string" || typeof value === "boolean" || value === null) return value;
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new TypeError(`${value} is not JSON`);
    return Object.is(value, -0) ? 0 : value;
  }
  if (typeof value !== "object") throw new TypeError(`a ${typeof value} is not JSON`);
  if (left === 0) throw new TypeError(`nests deeper than ${MAX_DEPTH}, or in a circle`);
  return Array.isArray(value) ? plainArray(value, left - 1) : plainObject(value, left - 1);
}

function plainArray(value: readonly unknown[], left: number): JsonValue {
  let changed = false;
  const items: JsonValue[] = [];
  for (const item of value) {
    const kept = plain(item, left);
    changed ||= !Object.is(kept, item);
    items.push(kept);
  }
  return changed ? items : (value as JsonValue);
}

function plainObject(value: object, left: number): JsonValue {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError("a class instance is not JSON");
  let changed = prototype === null;
  const fields: [string, JsonValue][] = [];
  for (const [name, field] of Object.entries(value) as [string, unknown][]) {
    const kept = field === undefined ? undefined : plain(field, left);
    changed ||= !Object.is(kept, field) || kept === undefined;
    if (kept !== undefined) fields.push([name, kept]);
  }
  // fromEntries defines own properties: a record may have a field named __proto__.
  return changed ? Object.fromEntries(fields) : (value as JsonValue);
}
