import { MAX_DEPTH } from "./format.js";

/**
 * Says why a value is no JSON that can be stored and read back equal; undefined when it is. `JSON.stringify` alone would
 * turn NaN into null, drop functions, run `toJSON` and call a Map an empty object. A property that is `undefined` is left
 * out of the line, as `JSON.stringify` does; everywhere else `undefined` is refused.
 *
 * @param path where the value stands, for the answer
 */
export function jsonIssue(value: unknown, path: string, depth = 1): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : `${path}: ${String(value)} is no JSON number`;
    case "object":
      return value === null ? undefined : containerIssue(value, path, depth);
    default:
      return `${path}: ${typeof value} is no JSON`;
  }
}

function containerIssue(value: object, path: string, depth: number): string | undefined {
  if (depth > MAX_DEPTH) return `${path}: nests deeper than ${MAX_DEPTH} levels`;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const issue = jsonIssue(value[index], `${path}[${index}]`, depth + 1);
      if (issue !== undefined) return issue;
    }
    return undefined;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return `${path}: only plain objects can be stored`;
  for (const key of Object.keys(value)) {
    const item = (value as Record<string, unknown>)[key];
    if (item === undefined) continue;
    const issue = jsonIssue(item, `${path}.${key.slice(0, 80)}`, depth + 1);
    if (issue !== undefined) return issue;
  }
  return undefined;
}
