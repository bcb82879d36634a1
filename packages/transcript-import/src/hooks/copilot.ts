import { textField } from "../records/fields.js";
import {
  callOf,
  clearedBy,
  endOf,
  type LikeClaude,
  nativeIn,
  readLikeClaude,
  resultOf,
  sightingOf,
  startedBy,
  startOf,
  transcriptOf,
} from "./claude-like.js";
import { type HookEvent, type HookMapper } from "./mapped.js";

/** Copilot CLI, by the names with a capital: only with those does it say which event a payload is of. */
export const mapCopilotHook: HookMapper = (call) => {
  const native = nativeIn(call.payload, "session_id", "sessionId");
  if (native === undefined) return undefined;
  const name = textField(call.payload, "hook_event_name") ?? textField(call.payload, "hookEventName") ?? "unnamed";
  const like = readLikeClaude(call, native, name);
  return {
    native,
    confirms: name !== "SessionEnd",
    transcript: transcriptOf(like),
    events: [eventOf(like)],
    sighting: sightingOf(like, {
      hook: name === "SessionStart" ? startedBy(like) : name === "SessionEnd" ? clearedBy(like) : undefined,
      prompt: name === "UserPromptSubmit" ? textField(call.payload, "prompt") : undefined,
    }),
  };
};

/** Prompts have no id, so the transcript tells them. */
function eventOf(like: LikeClaude): HookEvent {
  switch (like.name) {
    case "SessionStart":
      return startOf(like);
    case "SessionEnd":
      return endOf(like);
    case "PreToolUse":
      return callOf(like);
    case "PostToolUse":
      return resultOf(like, "completed");
    case "PostToolUseFailure":
      return resultOf(like, "failed");
    default:
      return like.make.kept();
  }
}
