import { type PermissionDenied, type SightedSubAgent } from "@agentlog/types";
import { defined, textField } from "../records/fields.js";
import {
  callOf,
  clearedBy,
  detailsOf,
  endOf,
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

/**
 * Events that only a session which lives can send. The others may carry an id that Claude Code gives up before the session
 * begins: `--continue` sends InstructionsLoaded with one.
 */
const CONFIRMING: ReadonlySet<string> = new Set([
  "SessionStart",
  "UserPromptSubmit",
  "UserPromptExpansion",
  "PreToolUse",
  "PostToolUse",
  "PostToolUseFailure",
  "PostToolBatch",
  "PermissionRequest",
  "PermissionDenied",
  "SubagentStart",
  "SubagentStop",
  "Stop",
  "StopFailure",
  "PreCompact",
  "PostCompact",
]);

/** Claude Code, 33 events of 2.1.329. */
export const mapClaudeHook: HookMapper = (call) => {
  const native = nativeIn(call.payload, "session_id");
  if (native === undefined) return undefined;
  const name = textField(call.payload, "hook_event_name") ?? "unnamed";
  const like = readLikeClaude(call, native, name);
  return {
    native,
    confirms: CONFIRMING.has(name),
    transcript: transcriptOf(like),
    events: [eventOf(like)],
    sighting: sightingOf(like, seenIn(like)),
  };
};

function eventOf(like: LikeClaude): HookEvent {
  const { payload, make, name } = like;
  switch (name) {
    case "SessionStart":
      return startOf(like);
    case "SessionEnd":
      return endOf(like);
    case "UserPromptSubmit":
      return promptOf(like, textField(payload, "prompt_id"), isSynthetic(like));
    case "PreToolUse":
      return callOf(like);
    case "PostToolUse":
      return resultOf(like, "completed");
    case "PostToolUseFailure":
      return resultOf(like, "failed");
    case "PermissionRequest":
      return asked(like);
    case "PermissionDenied":
      return denied(like);
    case "SubagentStart":
    case "SubagentStop":
      return subAgent(like);
    case "PostModelSwitch":
      return switched(like);
    default:
      return make.kept();
  }
}

/** Text that was put in a person's mouth: by the agent itself, or by a timer. */
function isSynthetic({ payload }: LikeClaude): boolean {
  const source = textField(payload, "source");
  const isInjected = /^\s*<(?:task-notification|system-reminder)\b/.test(textField(payload, "prompt") ?? "");
  return isInjected || (source !== undefined && source !== "user" && source !== "sdk");
}

function asked(like: LikeClaude): HookEvent {
  const permission = textField(like.payload, "tool_name");
  if (permission === undefined) return like.make.kept();
  const input = like.payload["tool_input"];
  const details = detailsOf(like, "tool_name", "tool_input");
  return like.make.known("permission.asked", {
    permission,
    ...(input === undefined ? {} : { input }),
    ...(details === undefined ? {} : { details }),
  });
}

function denied(like: LikeClaude): HookEvent {
  const permission = textField(like.payload, "tool_name");
  if (permission === undefined) return like.make.kept();
  const data = defined<PermissionDenied>({
    permission,
    callId: textField(like.payload, "tool_use_id"),
    reason: textField(like.payload, "reason"),
  });
  return like.make.known("permission.denied", data);
}

/** Helpers of Claude Code's own have no type, and nobody told of their start. */
function subAgent(like: LikeClaude): HookEvent {
  const { payload, make, name } = like;
  const agent = textField(payload, "agent_id");
  if (agent === undefined || textField(payload, "agent_type") === undefined) return make.kept();
  if (name === "SubagentStop") return make.known("agent.completed", { agent });
  return make.known("agent.started", { agent, role: "sub-agent" }, make.named(`${agent}/agent.started`));
}

function switched(like: LikeClaude): HookEvent {
  const [to, from] = [textField(like.payload, "to_model"), textField(like.payload, "from_model")];
  if (to === undefined) return like.make.kept();
  const reason = textField(like.payload, "source");
  return like.make.known("model.switched", {
    to,
    ...(from === undefined ? {} : { from }),
    ...(reason === undefined ? {} : { reason }),
  });
}

function seenIn(like: LikeClaude): Parameters<typeof sightingOf>[1] {
  const { payload, name } = like;
  switch (name) {
    case "SessionStart":
      return { hook: startedBy(like), title: textField(payload, "session_title") };
    case "SessionEnd":
      return { hook: clearedBy(like) };
    case "UserPromptSubmit":
      return isSynthetic(like) ? {} : { prompt: textField(payload, "prompt") };
    case "PostModelSwitch":
      return { model: textField(payload, "to_model") };
    case "SubagentStart":
      return { subAgents: seenAgent(like) };
    default:
      return {};
  }
}

function seenAgent({ payload }: LikeClaude): readonly SightedSubAgent[] | undefined {
  const [id, name] = [textField(payload, "agent_id"), textField(payload, "agent_type")];
  return id === undefined ? undefined : [{ id, ...(name === undefined ? {} : { name }) }];
}
