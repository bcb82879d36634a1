import { createHash, type Hash } from "node:crypto";
import { type JsonValue } from "@agentlog/types";

/** What is still to be hashed: a value, or text that stands between values. */
type Rest = { readonly value: JsonValue | undefined } | { readonly text: string };

/**
 * SHA-256, in hex, of the canonical JSON of a value: keys sorted by code unit, no white space, `undefined` left out as
 * `JSON.stringify` does. Two programs that write the same value in another order of keys get the same digest. Without
 * recursion: a payload may nest deeper than the stack.
 */
export function canonicalDigest(value: JsonValue): string {
  const hash = createHash("sha256");
  const rest: Rest[] = [{ value }];
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if ("text" in next) hash.update(next.text);
    else feed(next.value ?? null, hash, rest);
  }
  return hash.digest("hex");
}

function feed(value: JsonValue, hash: Hash, rest: Rest[]): void {
  if (typeof value !== "object" || value === null) hash.update(JSON.stringify(value));
  else if (Array.isArray(value)) pushList(value as readonly JsonValue[], rest);
  else {
    const object = value as { readonly [key: string]: JsonValue | undefined };
    const keys = Object.keys(object).filter((key) => object[key] !== undefined);
    pushParts(
      keys.toSorted().map((key) => [`${JSON.stringify(key)}:`, object[key]]),
      "{",
      "}",
      rest,
    );
  }
}

function pushList(values: readonly JsonValue[], rest: Rest[]): void {
  pushParts(
    values.map((value) => ["", value]),
    "[",
    "]",
    rest,
  );
}

/** The last one first, for a stack gives back the last. */
function pushParts(
  parts: readonly (readonly [before: string, value: JsonValue | undefined])[],
  open: string,
  close: string,
  rest: Rest[],
): void {
  rest.push({ text: close });
  for (let at = parts.length - 1; at >= 0; at--) {
    const [before, value] = parts[at]!;
    rest.push({ value }, { text: at === 0 ? before : `,${before}` });
  }
  rest.push({ text: open });
}
