import { MAX_DEPTH } from "./format.js";

/** What `toPlain` throws: why a value is no JSON that can be stored and read back equal. */
export class NotJson extends Error {}

/** Where a value stands. Put into words only when it is refused: words would cost more than the values themselves. */
interface Place {
  readonly within: Place | undefined;
  readonly name: string | number;
}

/**
 * Copies a value into plain objects and arrays, reading each property once: what is checked here is what is stored, also
 * when the value has getters, proxies or a `toJSON`. `JSON.stringify` alone would turn NaN into null, drop functions, run
 * `toJSON` and call a Map an empty object. A property that is `undefined` is left out, as `JSON.stringify` does; everywhere
 * else `undefined` is refused. Throws `NotJson`.
 *
 * @param name what the value is called in a message
 */
export function toPlain(value: unknown, name: string): unknown {
  return copy(value, undefined, name, 1);
}

function copy(value: unknown, within: Place | undefined, name: string | number, depth: number): unknown {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      if (Number.isFinite(value)) return value;
      throw new NotJson(`${inWords({ within, name })}: ${String(value)} is no JSON number`);
    case "object":
      return value === null ? null : copyContainer(value, { within, name }, depth);
    default:
      throw new NotJson(`${inWords({ within, name })}: ${typeof value} is no JSON`);
  }
}

function copyContainer(value: object, place: Place, depth: number): unknown {
  if (depth > MAX_DEPTH) throw new NotJson(`event: nests deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    const { length } = value;
    for (let index = 0; index < length; index++) items.push(copy(value[index], place, index, depth + 1));
    return items;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null)
    throw new NotJson(`${inWords(place)}: only plain objects can be stored`);
  const plain: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key];
    if (item === undefined) continue;
    const copied = copy(item, place, key, depth + 1);
    // Assigned, this one key would set the prototype instead.
    if (key === "__proto__") Object.defineProperty(plain, key, { value: copied, enumerable: true });
    else plain[key] = copied;
  }
  return plain;
}

function inWords({ within, name }: Place): string {
  if (within === undefined) return String(name);
  return inWords(within) + (typeof name === "number" ? `[${name}]` : `.${name.slice(0, 80)}`);
}
