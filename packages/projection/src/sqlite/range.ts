import { type IndexRange } from "../store.js";
import { BEHIND_ALL, encodeText, encodeValue } from "./encoding.js";

/** A stretch of an index as a condition over `value` and `key`. */
export function boundsToSql({ prefix = [], from, to, reverse = false, after }: IndexRange): {
  readonly where: string;
  readonly order: string;
  readonly values: readonly Uint8Array[];
} {
  const low = encodeValue(from === undefined ? prefix : [...prefix, from]);
  const high = to === undefined ? Buffer.concat([encodeValue(prefix), BEHIND_ALL]) : encodeValue([...prefix, to]);
  const direction = reverse ? "DESC" : "ASC";
  const rest = after === undefined ? "" : ` AND (value, key) ${reverse ? "<" : ">"} (?, ?)`;
  return {
    where: `value >= ? AND value < ?${rest}`,
    order: `value ${direction}, key ${direction}`,
    values: after === undefined ? [low, high] : [low, high, encodeValue(after.value), encodeText(after.key)],
  };
}
