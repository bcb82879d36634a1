import { shown, usage } from "./errors.js";

/** A document as JSON, as `JSON.stringify` has it. Throws `USAGE` for one that has no JSON: a cycle, a BigInt, undefined. */
export function toJson(document: unknown, key: string): string {
  let json: string | undefined;
  try {
    json = JSON.stringify(document);
  } catch {
    // What it says would repeat the document's own names.
  }
  if (json !== undefined) return json;
  throw usage(`${shown(key)} was not saved: the document is no JSON (a cycle, a BigInt, too deep, or undefined)`);
}
