import { basename, dirname } from "node:path";
import { type JsonObject, type NativeSessionId, toNativeSessionId } from "@agentlog/types";
import { readBeginning } from "../../files/beginning.js";
import { objectField, textField } from "../../records/fields.js";
import { asNativeId } from "../../records/native-id.js";
import { timeOf } from "../../records/time.js";

/** What the beginning of a file says. */
export interface Beginning {
  /** Whether there is any record of Copilot CLI in it. */
  readonly ours: boolean;
  /** The first session that begins in it. */
  readonly session: NativeSessionId | undefined;
  /** The first time. */
  readonly time: string | undefined;
}

const MOST_PEEKED = 200;

/** Reads as much of a file as it takes to know whose it is. */
export async function peek(path: string, signal: AbortSignal | undefined): Promise<Beginning> {
  let ours = false;
  let session: NativeSessionId | undefined;
  let time: string | undefined;
  for await (const step of readBeginning(path, signal, MOST_PEEKED)) {
    if (step.kind === "record") {
      ours ||= isCopilotRecord(step.record);
      session ??= sessionBegun(step.record);
      time ??= timeOf(step.record);
    }
    if (ours && session !== undefined) break;
  }
  return { ours, session, time };
}

const FAMILY = /^(?:session|user|assistant|tool|subagent|system|hook|permission|skill|command|external_tool)\.[a-z_]+$/;

/**
 * A folder somebody names may hold other programs' JSON lines, our own logs (`seq`, `time`) among them. Only Copilot CLI has
 * all five fields: a type from one of its families, data, an id, a timestamp, and the event before.
 */
function isCopilotRecord(record: JsonObject): boolean {
  const { parentId } = record;
  const type = textField(record, "type");
  return (
    type !== undefined &&
    (FAMILY.test(type) || type === "abort") &&
    objectField(record, "data") !== undefined &&
    textField(record, "id") !== undefined &&
    textField(record, "timestamp") !== undefined &&
    (parentId === null || typeof parentId === "string") &&
    record["seq"] === undefined
  );
}

/** The session that begins with a record. */
export function sessionBegun(record: JsonObject): NativeSessionId | undefined {
  return record["type"] === "session.start"
    ? asNativeId(textField(objectField(record, "data"), "sessionId"))
    : undefined;
}

/** The session of records before any that begins in the file: the folder's where Copilot CLI put it, else the file's name. */
export function sessionOfPath(path: string): NativeSessionId {
  const name = basename(path, ".jsonl");
  return asNativeId(name === "events" ? basename(dirname(path)) : name) ?? toNativeSessionId("unknown");
}
