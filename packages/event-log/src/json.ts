import { MAX_DEPTH } from "./format.js";

/** What `toPlain` throws: why a value is no JSON that can be stored and read back equal. */
export class NotJson extends Error {}

/**
 * Copies a value into plain objects and arrays, reading each property once: what is checked here is what is stored, also
 * when the value has getters, proxies or a `toJSON`. `JSON.stringify` alone would turn NaN into null, drop functions, run
 * `toJSON` and call a Map an empty object. A property that is `undefined` is left out, as `JSON.stringify` does; everywhere
 * else `undefined` is refused. Throws `NotJson`.
 *
 * @param path where the value stands, for the message
 */
export function toPlain(value: unknown, path: string, depth = 1): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      throw new NotJson(`${path}: ${String(value)} is no JSON number`);
    case "object":
      return value === null ? null : copyContainer(value, path, depth);
    default:
      throw new NotJson(`${path}: ${typeof value} is no JSON`);
  }
}

function copyContainer(value: object, path: string, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new NotJson(`event: nests deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    const { length } = value;
    for (let index = 0; index < length; index++) items.push(toPlain(value[index], `${path}[${index}]`, depth + 1));
    return items;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new NotJson(`${path}: only plain objects can be stored`);
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key];
    if (item === undefined) continue;
    const plain = toPlain(item, `${path}.${key.slice(0, 80)}`, depth + 1);
    // Assigned, this one key would set the prototype instead.
    if (key === "__proto__") Object.defineProperty(copy, key, { value: plain, enumerable: true });
    else copy[key] = plain;
  }
  return copy;
}
