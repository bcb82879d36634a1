import { type JsonObject, type NativeSessionId, toNativeSessionId } from "@agentlog/types";
import { flagField, textField } from "../../records/fields.js";
import { asNativeId } from "../../records/native-id.js";
import { type FileName } from "./file-name.js";

/** The session a record says it belongs to. */
export function nativeSessionOf(record: JsonObject): NativeSessionId | undefined {
  return asNativeId(textField(record, "sessionId"));
}

/** The session of the records of a file that name none: what the file's name says, else the first one named in it. */
export function defaultSession(name: FileName, firstNamed: NativeSessionId | undefined): NativeSessionId {
  return asNativeId(name.session) ?? firstNamed ?? asNativeId(name.fallback) ?? toNativeSessionId("unknown");
}

/**
 * The sub-agent that wrote a record. In a session's own file `agentId` alone is not enough: a main record about a
 * sub-agent may carry it too.
 */
export function subAgentOf(record: JsonObject, name: FileName): string | undefined {
  const named = textField(record, "agentId");
  if (name.agentId !== undefined) return named ?? name.agentId;
  return flagField(record, "isSidechain") ? named : undefined;
}
