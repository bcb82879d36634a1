import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { type JsonObject, type JsonValue, type NativeSessionId, toNativeSessionId } from "@agentlog/types";
import { readJsonLines } from "../../files/json-lines.js";
import { isObject, objectField, textField } from "../../records/fields.js";
import { asNativeId } from "../../records/native-id.js";
import { SETTLED_MS } from "../../records/time.js";
import { type FoundFile, type ReadStep } from "../../source.js";
import { type ChatPlace, placeOf } from "./chat-place.js";
import { type Addition, type Chat, createChat } from "./chat.js";
import { createClock } from "./clock.js";
import { documentRecords, isTooDeep } from "./document.js";
import { findForm } from "./form.js";
import { readRecord } from "./records.js";

/** A place in the file. A document has one line. */
type At = Pick<ReadStep, "line" | "offset" | "end">;

/** Reads one chat, see `TranscriptSource`. */
export async function* readChat(
  file: FoundFile,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<ReadStep> {
  const { path, bytes } = file;
  const whole = { line: 1, offset: 0, end: bytes };
  const form = await findForm(path, signal);
  if (form.kind === "foreign" || form.kind === "unfinished" || form.kind === "bad") {
    yield { ...form, ...whole };
    return;
  }
  const { mtime } = await stat(path);
  const reader = createReader(path, mtime.toISOString(), form.kind === "lines" ? form : undefined);
  let at: At = whole;
  if (form.kind === "document") {
    for (const { record, offset, end } of documentRecords(form.document, bytes)) {
      signal?.throwIfAborted();
      at = { line: 1, offset, end };
      yield* reader.steps(record, at);
    }
  } else {
    for await (const step of readJsonLines(path, signal)) {
      at = { line: step.line, offset: step.offset, end: step.end };
      if (step.kind === "record") yield* reader.steps(step.record, at);
      else yield step;
    }
  }
  if (Date.now() - mtime.getTime() > SETTLED_MS) yield* reader.finish(at);
}

interface Reader {
  steps(record: JsonValue, at: At): Iterable<ReadStep>;
  finish(at: At): Iterable<ReadStep>;
}

/** @param beginning what the first lines say: for records in front of their header, and for a file that has lost it */
function createReader(
  path: string,
  written: string,
  beginning: { readonly session: NativeSessionId | undefined; readonly time: string | undefined } | undefined,
): Reader {
  // A file may hold several sessions, one after another.
  const chats = new Map<NativeSessionId, { readonly place: ChatPlace; readonly chat: Chat }>();
  let current =
    beginning?.session ?? asNativeId(basename(path).replace(/\.jsonl?$/, "")) ?? toNativeSessionId("unknown");

  const open = (nativeSession: NativeSessionId, header?: JsonObject): { place: ChatPlace; chat: Chat } => {
    const known = chats.get(nativeSession);
    if (known !== undefined) return known;
    const place = placeOf(path, nativeSession, header);
    const opened = { place, chat: createChat(place, createClock(beginning?.time ?? written)) };
    chats.set(nativeSession, opened);
    return opened;
  };

  function* told({ nativeSession, session }: ChatPlace, additions: readonly Addition[], at: At): Generator<ReadStep> {
    for (const { events, facts } of additions) yield { kind: "record", ...at, nativeSession, session, events, facts };
  }

  function* finish(at: At): Generator<ReadStep> {
    const known = chats.get(current);
    if (known !== undefined) yield* told(known.place, known.chat.finish(), at);
  }

  return {
    *steps(record, at) {
      if (!isObject(record) || isTooDeep(record)) {
        yield { kind: "bad", ...at, reason: isObject(record) ? "too-deep" : "not-an-object" };
        return;
      }
      const next = sessionNamed(record) ?? current;
      if (next !== current) yield* finish(at);
      current = next;
      const { place, chat } = open(current, record);
      yield* told(place, chat.add(record), at);
    },
    finish,
  };
}

/** The session that a record says the records from here on belong to. */
function sessionNamed(record: JsonObject): NativeSessionId | undefined {
  const { kind } = readRecord(record);
  if (kind === "header") return asNativeId(textField(record, "sessionId"));
  return kind === "set" ? asNativeId(textField(objectField(record, "$set"), "sessionId")) : undefined;
}
