import { type IndexRange } from "../store.js";
import { BEHIND_ALL, encodeText, encodeValue } from "./encoding.js";

/**
 * A stretch of an index as a condition over `value` and `key`. Behind `after` it begins at that value: SQLite does not seek by
 * the pair, and would walk there from the beginning for each page.
 */
export function boundsToSql({ prefix = [], from, to, reverse = false, after }: IndexRange): {
  readonly where: string;
  readonly order: string;
  readonly values: readonly Uint8Array[];
} {
  const low = encodeValue(from === undefined ? prefix : [...prefix, from]);
  const high = to === undefined ? Buffer.concat([encodeValue(prefix), BEHIND_ALL]) : encodeValue([...prefix, to]);
  const direction = reverse ? "DESC" : "ASC";
  const order = `value ${direction}, key ${direction}`;
  if (after === undefined) return { where: "value >= ? AND value < ?", order, values: [low, high] };
  const value = encodeValue(after.value);
  const values = reverse
    ? [low, Buffer.compare(value, high) < 0 ? Buffer.concat([value, NEXT]) : high]
    : [Buffer.compare(value, low) > 0 ? value : low, high];
  return {
    where: `value >= ? AND value < ? AND (value, key) ${reverse ? "<" : ">"} (?, ?)`,
    order,
    values: [...values, value, encodeText(after.key)],
  };
}

/** Bytes with this behind them are the next ones after them. */
const NEXT = Buffer.of(0);
