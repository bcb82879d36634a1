import { type JsonObject } from "@agentlog/types";
import { listField, objectField, textField } from "../../records/fields.js";

// A chat's file has four kinds of records. Each is told by what only it has, in the order in which Gemini CLI itself asks.

/** What a record of a chat does. */
export type ChatRecord =
  /** Begins the file: whose it is, since when. In the whole-document form it has all messages too. */
  | { readonly kind: "header"; readonly header: JsonObject }
  /** A message, or a later state of one with the same id. */
  | { readonly kind: "message"; readonly id: string; readonly message: JsonObject }
  /** Fields of the chat that have changed; `messages` among them is the whole list as it is from then on. */
  | { readonly kind: "set"; readonly fields: JsonObject }
  /** The message with that id and all behind it are taken back. */
  | { readonly kind: "rewind"; readonly to: string }
  | { readonly kind: "other" };

export function readRecord(record: JsonObject): ChatRecord {
  const to = textField(record, "$rewindTo");
  if (to !== undefined) return { kind: "rewind", to };
  const id = textField(record, "id");
  if (id !== undefined) return { kind: "message", id, message: record };
  const fields = objectField(record, "$set");
  if (fields !== undefined) return { kind: "set", fields };
  return isHeader(record) ? { kind: "header", header: record } : { kind: "other" };
}

/** Both fields are what Gemini CLI asks of a file before it takes it for a chat. */
function isHeader(record: JsonObject): boolean {
  return textField(record, "sessionId") !== undefined && textField(record, "projectHash") !== undefined;
}

/** A chat as one document: a header with all messages in it. */
export function isDocument(record: JsonObject): boolean {
  return isHeader(record) && Array.isArray(record["messages"]);
}

/** True for what only Gemini CLI writes. A folder somebody names may hold other programs' JSON lines, our own logs among them. */
export function isGeminiRecord(record: JsonObject): boolean {
  if (isHeader(record)) return record["type"] === undefined;
  // A file whose header was lost.
  return (
    record["type"] === "gemini" &&
    textField(record, "id") !== undefined &&
    (typeof record["content"] === "string" || listField(record, "content").length > 0)
  );
}
