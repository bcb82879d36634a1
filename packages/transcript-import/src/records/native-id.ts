import { type NativeSessionId, toNativeSessionId } from "@agentlog/types";

const LONGEST_NATIVE_ID = 1024;

/** The text as an agent's id of a session; undefined when it is empty or longer than any id. */
export function asNativeId(text: string | undefined): NativeSessionId | undefined {
  return text === undefined || text === "" || text.length > LONGEST_NATIVE_ID ? undefined : toNativeSessionId(text);
}
