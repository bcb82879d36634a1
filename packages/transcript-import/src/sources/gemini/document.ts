import { type JsonObject, type JsonValue } from "@agentlog/types";
import { isObject, listField, without } from "../../records/fields.js";

/** A record of a document, and about which bytes of it: a share of the file, for progress and for how large its events are. */
export interface DocumentRecord {
  readonly record: JsonValue;
  readonly offset: number;
  readonly end: number;
}

/** Takes a document apart into the records that the lines of the newer form would be. */
export function* documentRecords(document: JsonObject, bytes: number): Generator<DocumentRecord> {
  const { sessionId, projectHash, startTime, kind, directories } = document;
  const began = { sessionId, projectHash, startTime, kind, directories };
  const header = Object.fromEntries(Object.entries(began).filter(([, value]) => value !== undefined));
  yield { record: header, offset: 0, end: 0 };
  const messages = listField(document, "messages");
  const share = Math.floor(bytes / (messages.length + 1));
  for (const [index, record] of messages.entries()) yield { record, offset: index * share, end: (index + 1) * share };
  // What has become of it since: its time, its summary.
  const fields = without(document, ...Object.keys(began), "messages");
  if (fields !== undefined) yield { record: { $set: fields }, offset: messages.length * share, end: bytes };
}

/** Deeper than any transcript, and not too deep for what is done with it: a log takes 64. */
const DEEPEST = 500;

export function isTooDeep(value: JsonValue): boolean {
  let level: readonly JsonValue[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > DEEPEST) return true;
    level = level.flatMap((one) => {
      const inner = Array.isArray(one) ? (one as readonly JsonValue[]) : isObject(one) ? Object.values(one) : [];
      return inner.filter((value): value is JsonObject => typeof value === "object" && value !== null);
    });
  }
  return false;
}
