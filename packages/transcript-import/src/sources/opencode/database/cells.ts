import { type JsonObject, type JsonValue } from "@agentlog/types";
import { LONGEST_LINE_BYTES } from "../../../files/json-lines.js";
import { type SqliteRow, type SqliteValue } from "../../../files/sqlite.js";
import { isObject } from "../../../records/fields.js";
import { type Stored } from "../stored.js";

/** The text in a column; undefined when there is none. */
export function textCell(row: SqliteRow, column: string): string | undefined {
  const value = row[column];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** An id that may be asked for again and told to others. */
export function idCell(row: SqliteRow, column: string): string | undefined {
  const id = textCell(row, column);
  return id === undefined || id.length > 1024 ? undefined : id;
}

/** A column as JSON has it. */
export function jsonCell(value: SqliteValue | undefined): JsonValue | undefined {
  if (typeof value === "bigint") return Number(value);
  return value === null || value instanceof Uint8Array ? undefined : value;
}

/** The object in a column that holds JSON; undefined when it is something else. */
export function parsedCell(row: SqliteRow, column: string): JsonValue | undefined {
  const text = textCell(row, column);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as JsonValue);
  } catch {
    return undefined;
  }
}

/** SQL for a column of JSON that is left out where it is too long: 64 MiB. */
export const DATA_COLUMNS: string = `length(data) AS size, CASE WHEN length(data) <= ${LONGEST_LINE_BYTES} THEN data END AS data`;

/** The object in `DATA_COLUMNS`. `name`: what to call it when it is none. */
export function dataCell(row: SqliteRow, name: string): Stored<JsonObject> {
  const { data, size } = row;
  const bytes = typeof size === "bigint" ? Number(size) : 0;
  const bad = (reason: string): Stored<JsonObject> => ({
    kind: "bad",
    reason: `${reason}: ${name}`,
    bytes,
    fresh: false,
  });
  if (bytes > LONGEST_LINE_BYTES) return bad("too-long");
  const text = data instanceof Uint8Array ? Buffer.from(data).toString("utf8") : data;
  try {
    const value = typeof text === "string" ? (JSON.parse(text) as JsonValue) : null;
    return isObject(value) ? { kind: "ok", value, bytes } : bad("not-an-object");
  } catch {
    return bad("not-json");
  }
}
