import { basename, dirname } from "node:path";
import { deriveSessionId, type JsonObject, type NativeSessionId } from "@agentlog/types";
import { asNativeId } from "../../records/native-id.js";
import { AGENT, type Place } from "./event.js";

/** Where a chat's events belong, and where it came from. */
export interface ChatPlace extends Place {
  /** The session whose sub-agent's chat this is. */
  readonly parent: NativeSessionId | undefined;
}

/** The place of the chat that a header begins; the file's own place where there is none. */
export function placeOf(path: string, nativeSession: NativeSessionId, header: JsonObject | undefined): ChatPlace {
  const isSubAgent = header?.["kind"] === "subagent";
  const folder = dirname(path);
  // Sub-agents are in `chats/<the whole id of their parent>/`.
  const named = isSubAgent && basename(dirname(folder)) === "chats" ? asNativeId(basename(folder)) : undefined;
  const parent = named === nativeSession ? undefined : named;
  return { nativeSession, session: deriveSessionId(AGENT, nativeSession), path, isSubAgent, parent };
}
