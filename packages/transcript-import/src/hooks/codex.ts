import { textField } from "../records/fields.js";
import {
  callOf,
  type LikeClaude,
  nativeIn,
  promptOf,
  readLikeClaude,
  resultOf,
  sightingOf,
  startedBy,
  startOf,
  transcriptOf,
} from "./claude-like.js";
import { type HookEvent, type HookMapper } from "./mapped.js";

/** Codex: Claude Code's payloads with a `turn_id`; no end of a session is told. Its older `notify` has `thread-id`. */
export const mapCodexHook: HookMapper = (call) => {
  const native = nativeIn(call.payload, "session_id", "thread-id");
  if (native === undefined) return undefined;
  const name = textField(call.payload, "hook_event_name") ?? textField(call.payload, "type") ?? "unnamed";
  const like = readLikeClaude(call, native, name);
  return {
    native,
    confirms: true,
    transcript: transcriptOf(like),
    events: [eventOf(like)],
    sighting: sightingOf(like, {
      hook: name === "SessionStart" ? startedBy(like) : undefined,
      prompt: name === "UserPromptSubmit" ? textField(call.payload, "prompt") : undefined,
    }),
  };
};

function eventOf(like: LikeClaude): HookEvent {
  switch (like.name) {
    case "SessionStart":
      return startOf(like);
    case "UserPromptSubmit":
      return promptOf(like, textField(like.payload, "turn_id"), false);
    case "PreToolUse":
      return hasOwnCallId(like) ? like.make.kept() : callOf(like);
    case "PostToolUse":
      return hasOwnCallId(like) ? like.make.kept() : resultOf(like, "completed");
    default:
      return like.make.kept();
  }
}

/** Codex 0.147 gives hooks ids of calls that its transcript does not have: such a call would be told twice. */
function hasOwnCallId({ payload }: LikeClaude): boolean {
  return textField(payload, "tool_use_id")?.startsWith("exec-") === true;
}
