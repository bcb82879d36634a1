import { type EdgeKind, type JsonObject, type NativeLink, type NativeSessionId } from "@agentlog/types";
import { countField, defined, objectField, textField } from "../../records/fields.js";
import { asNativeId } from "../../records/native-id.js";
import { timeOf } from "../../records/time.js";
import { type Item } from "./item.js";

/** What the first `session_meta` of a rollout says about its thread. Those behind it are its ancestors'. */
export interface Thread {
  readonly id: NativeSessionId | undefined;
  /** When it began, which may be long before its first line was written. */
  readonly time: string | undefined;
  /** The thread it came from. */
  readonly link: NativeLink | undefined;
  /** It works for another agent, so nothing in it was typed by a person. */
  readonly isSubAgent: boolean;
  /** The name of the sub-agent. */
  readonly nickname: string | undefined;
  /** Its file may begin with a copy of another thread's history. */
  readonly mayReplay: boolean;
  /** The ordinal of the first record that is no copy. */
  readonly firstOwnOrdinal: number | undefined;
}

export const UNKNOWN_THREAD: Thread = {
  id: undefined,
  time: undefined,
  link: undefined,
  isSubAgent: false,
  nickname: undefined,
  mayReplay: false,
  firstOwnOrdinal: undefined,
};

export function readThread({ payload }: Item): Thread {
  const source = objectField(payload, "source");
  const subAgent = source?.["subagent"];
  const spawn = objectField(objectField(source, "subagent"), "thread_spawn");
  const parent = asNativeId(textField(payload, "parent_thread_id") ?? textField(spawn, "parent_thread_id"));
  const forkedFrom = asNativeId(textField(payload, "forked_from_id"));
  const id = asNativeId(textField(payload, "id"));
  const isSubAgent =
    parent !== undefined ||
    (subAgent !== undefined && subAgent !== null) ||
    payload["source"] === "subagent" ||
    payload["thread_source"] === "subagent";
  const firstOwnOrdinal =
    countField(payload, "subagent_history_start_ordinal") ??
    countField(objectField(payload, "history_base"), "end_ordinal_exclusive");
  return {
    id,
    time: timeOf(payload),
    // A sub-agent that began with a copy of its parent's history is a sub-agent all the same.
    link: linkTo("sub-agent", parent, id) ?? linkTo("fork", forkedFrom, id),
    isSubAgent,
    nickname: textField(payload, "agent_nickname") ?? textField(spawn, "agent_nickname"),
    mayReplay: forkedFrom !== undefined || firstOwnOrdinal !== undefined,
    firstOwnOrdinal,
  };
}

function linkTo(
  kind: EdgeKind,
  native: NativeSessionId | undefined,
  own: NativeSessionId | undefined,
): NativeLink | undefined {
  return native === undefined || native === own ? undefined : { kind, native };
}

/** Branch and commit at the start of the thread. */
export function gitOf(payload: JsonObject): { readonly branch?: string; readonly commit?: string } {
  const git = objectField(payload, "git");
  return defined<{ branch?: string; commit?: string }>({
    branch: textField(git, "branch"),
    commit: textField(git, "commit_hash"),
  });
}
