import { type JsonObject, type NativeSessionId } from "@agentlog/types";
import { readBeginning } from "../../files/beginning.js";
import { objectField, textField } from "../../records/fields.js";
import { nativeSessionOf } from "./owner.js";
import { timeOf } from "./time.js";

/** What the beginning of a file says about records that do not say it themselves. */
export interface Beginning {
  /** Whether there is any record of Claude Code in it. */
  readonly ours: boolean;
  /** The first session id. */
  readonly session: NativeSessionId | undefined;
  /** The first time. */
  readonly time: string | undefined;
}

/**
 * Reads as much of a file as it takes to know whose it is. Metadata stands in front of the first conversation record and
 * often names neither session nor time.
 */
export async function peek(path: string, signal: AbortSignal | undefined): Promise<Beginning> {
  let ours = false;
  let session: NativeSessionId | undefined;
  let time: string | undefined;
  for await (const step of readBeginning(path, signal)) {
    if (step.kind === "record") {
      ours ||= isClaudeRecord(step.record);
      session ??= nativeSessionOf(step.record);
      time ??= timeOf(step.record);
    }
    if (ours && session !== undefined && time !== undefined) break;
  }
  return { ours, session, time };
}

/** Metadata that names no session. */
const NAMELESS: ReadonlySet<string> = new Set(["summary", "file-history-snapshot", "file-history-delta"]);

/**
 * A folder somebody names may hold other programs' JSON lines, our own logs among them. Records of Claude Code have a type
 * and name their session, with few exceptions; early versions wrote a session and a message without a type.
 */
function isClaudeRecord(record: JsonObject): boolean {
  const type = textField(record, "type");
  const hasMessage = objectField(record, "message") !== undefined;
  if (nativeSessionOf(record) !== undefined) return type !== undefined || hasMessage;
  return type !== undefined && (NAMELESS.has(type) || ((type === "user" || type === "assistant") && hasMessage));
}
