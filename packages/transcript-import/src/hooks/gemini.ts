import { textField } from "../records/fields.js";
import {
  clearedBy,
  endOf,
  nativeIn,
  readLikeClaude,
  sightingOf,
  startedBy,
  startOf,
  transcriptOf,
} from "./claude-like.js";
import { type HookMapper } from "./mapped.js";

/**
 * Gemini CLI. Its hooks name no prompt and no tool call, so nothing ties them to the transcript's: those are kept as they are,
 * and the transcript tells them.
 */
export const mapGeminiHook: HookMapper = (call) => {
  const native = nativeIn(call.payload, "session_id");
  if (native === undefined) return undefined;
  const name = textField(call.payload, "hook_event_name") ?? "unnamed";
  const like = readLikeClaude(call, native, name);
  const event = name === "SessionStart" ? startOf(like) : name === "SessionEnd" ? endOf(like) : like.make.kept();
  return {
    native,
    confirms: name !== "SessionEnd" && name !== "Notification",
    transcript: transcriptOf(like),
    events: [event],
    sighting: sightingOf(like, {
      hook: name === "SessionStart" ? startedBy(like) : name === "SessionEnd" ? clearedBy(like) : undefined,
      prompt: name === "BeforeAgent" ? textField(call.payload, "prompt") : undefined,
    }),
  };
};
