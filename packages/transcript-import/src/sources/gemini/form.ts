import { isUtf8 } from "node:buffer";
import { type JsonObject, type NativeSessionId } from "@agentlog/types";
import { readBeginning } from "../../files/beginning.js";
import { openTranscript } from "../../files/open.js";
import { isObject, textField } from "../../records/fields.js";
import { asNativeId } from "../../records/native-id.js";
import { timeField, timeOf } from "../../records/time.js";
import { isDocument, isGeminiRecord } from "./records.js";

/** How a file holds a chat, if it does. */
export type Form =
  | { readonly kind: "foreign" }
  /** Records in lines, since 0.40. What the first ones say about those that do not say it. */
  | { readonly kind: "lines"; readonly session: NativeSessionId | undefined; readonly time: string | undefined }
  /** One JSON document, until 0.39. */
  | { readonly kind: "document"; readonly document: JsonObject }
  /** A document whose end is missing: it is being written again right now. */
  | { readonly kind: "unfinished" }
  | { readonly kind: "bad"; readonly reason: string };

/** A document is read as a whole, so a larger one is not read: 64 MiB. */
export const LARGEST_DOCUMENT_BYTES: number = 64 * 1024 * 1024;

/** Finds out what a file is: by its first lines, else by reading it as one document. Its name says nothing in an archive. */
export async function findForm(path: string, signal: AbortSignal | undefined): Promise<Form> {
  const lines = await peek(path, signal);
  const form: Form = lines.ours ? { kind: "lines", ...lines.beginning } : { kind: "foreign" };
  if (lines.startsWithRecord) return form;
  const document = await findDocument(path);
  // A broken first line looks like a broken document.
  return document?.kind === "document" || !lines.ours ? (document ?? form) : form;
}

const MOST_PEEKED = 200;

interface Peeked {
  readonly ours: boolean;
  /** The first line is a whole object, which no part of a document is. */
  readonly startsWithRecord: boolean;
  readonly beginning: { readonly session: NativeSessionId | undefined; readonly time: string | undefined };
}

async function peek(path: string, signal: AbortSignal | undefined): Promise<Peeked> {
  let [ours, startsWithRecord, isFirst] = [false, false, true];
  let session: NativeSessionId | undefined;
  let time: string | undefined;
  for await (const step of readBeginning(path, signal, MOST_PEEKED)) {
    if (step.kind === "record") {
      if (isFirst) startsWithRecord = true;
      const { record } = step;
      ours ||= isGeminiRecord(record);
      session ??= asNativeId(textField(record, "sessionId"));
      time ??= timeField(record, "startTime") ?? timeOf(record);
    }
    isFirst = false;
    if (ours && session !== undefined && time !== undefined) break;
  }
  return { ours, startsWithRecord, beginning: { session, time } };
}

const HEAD_BYTES = 64 * 1024;

/** The document in a file; undefined when it is none of Gemini CLI's. */
async function findDocument(path: string): Promise<Form | undefined> {
  const file = await openTranscript(path);
  try {
    const head = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const beginning = head.buffer.toString("utf8", 0, head.bytesRead);
    if (!/^\uFEFF?\s*\{/.test(beginning) || !/"(?:projectHash|messages)"\s*:/.test(beginning)) return undefined;
    // Enough to call it ours, whatever is wrong with the rest of it.
    const named = /"sessionId"\s*:\s*"/.test(beginning) && /"projectHash"\s*:\s*"/.test(beginning);
    const { size } = await file.stat();
    if (size > LARGEST_DOCUMENT_BYTES) return named ? { kind: "bad", reason: "document-too-large" } : undefined;
    return parse(await file.readFile(), named);
  } finally {
    await file.close();
  }
}

function parse(bytes: Buffer, named: boolean): Form | undefined {
  const broken = (reason: string): Form | undefined => (named ? { kind: "bad", reason } : undefined);
  // A text that was cut may end within a character.
  const text = bytes.toString("utf8").replace(/^\uFEFF/, "");
  const isCut = !/\}\s*$/.test(text.slice(-HEAD_BYTES));
  if (!isUtf8(bytes) && !isCut) return broken("not-utf8");
  try {
    const document: unknown = JSON.parse(text);
    const isOurs = isObject(document as JsonObject) && isDocument(document as JsonObject);
    return isOurs ? { kind: "document", document: document as JsonObject } : undefined;
  } catch {
    if (bytes.includes(0)) return broken("nul");
    return isCut && named ? { kind: "unfinished" } : broken("not-json");
  }
}
