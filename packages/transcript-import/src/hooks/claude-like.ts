import {
  type Actor,
  type HookFacts,
  type JsonObject,
  type NativeSessionId,
  type Sighting,
  toNativeSessionId,
  toToolKind,
} from "@agentlog/types";
import { durationField, flagField, textField, defined, type Loose, without } from "../records/fields.js";
import { type HookCall } from "./captured.js";
import { createEventBuilder, type EventBuilder } from "./event-builder.js";
import { hookCallId, hookPromptId, hookResultId } from "./hook-event-id.js";
import { type DataOf } from "../records/event.js";
import { type HookEvent } from "./mapped.js";

// Most agents took over Claude Code's payloads: `{session_id, transcript_path, cwd, hook_event_name, …}`.

/** A payload with its common fields read. */
export interface LikeClaude {
  readonly call: HookCall;
  readonly payload: JsonObject;
  readonly native: NativeSessionId;
  /** The event's name as the agent spells it. */
  readonly name: string;
  readonly make: EventBuilder;
}

const LONGEST_NATIVE_ID = 1024;

/** The agent's id for a session, where the payload has a usable one under one of these names. */
export function nativeIn(payload: JsonObject, ...names: readonly string[]): NativeSessionId | undefined {
  const found = names.map((name) => textField(payload, name)).find((id) => id !== undefined);
  return found === undefined || found.length > LONGEST_NATIVE_ID ? undefined : toNativeSessionId(found);
}

/** Common to all payloads: not repeated in an event's details. */
const COMMON = ["session_id", "transcript_path", "cwd", "hook_event_name", "prompt_id", "turn_id", "agent_id"];

/** What the payload says beside the fields an event has taken from it. */
export function detailsOf({ payload }: LikeClaude, ...taken: readonly string[]): JsonObject | undefined {
  return without(payload, ...COMMON, ...taken);
}

/** What a person typed was not done by the agent. */
const PROMPTS: ReadonlySet<string> = new Set(["UserPromptSubmit", "BeforeAgent", "chat.message"]);

export function readLikeClaude(call: HookCall, native: NativeSessionId, name: string): LikeClaude {
  const { agent, payload } = call;
  const subAgent = textField(payload, "agent_id");
  const doer: Actor = subAgent === undefined ? { agent } : { agent, instance: subAgent, role: "sub-agent" };
  const actor = PROMPTS.has(name) ? undefined : doer;
  const promptId = textField(payload, "prompt_id");
  const turnId = textField(payload, "turn_id");
  const meta: JsonObject = {
    ...(promptId === undefined ? {} : { promptId }),
    ...(turnId === undefined ? {} : { turnId }),
  };
  return { call, payload, native, name, make: createEventBuilder(call, native, name, { actor, meta }) };
}

/** What every payload says of its session. */
export function sightingOf({ call, native, payload }: LikeClaude, more: Loose<Partial<Sighting>> = {}): Sighting {
  const path = textField(payload, "transcript_path");
  return defined<Sighting>({
    agent: call.agent,
    native,
    session: call.session,
    at: call.received,
    created: call.received,
    progress: call.received,
    cwd: textField(payload, "cwd") ?? call.cwd,
    model: textField(payload, "model"),
    transcript: path?.startsWith("/") === true || /^[A-Za-z]:[\\/]/.test(path ?? "") ? { path: path! } : undefined,
    ...more,
  });
}

/** A start is a new session, or a new run of one that was there. */
export function startOf(like: LikeClaude): HookEvent {
  const { call, payload, native, make } = like;
  const source = textField(payload, "source");
  const general = {
    agent: call.agent,
    nativeSession: native,
    cause: source,
    model: textField(payload, "model"),
    cwd: textField(payload, "cwd"),
    host: call.host,
  };
  const details = detailsOf(like, "source", "model", "session_title");
  if (source === "compact") return make.kept();
  if (source === "resume") {
    return make.known("session.resumed", defined<DataOf<"session.resumed">>({ ...general, details }));
  }
  const data = defined<DataOf<"session.started">>({ ...general, title: textField(payload, "session_title"), details });
  // The same as an import's, so that the one that comes second adds nothing.
  return make.known("session.started", data, make.named("session.started"));
}

/** Who ended it is known, and not whether the work was done: an end that was wanted counts as a good one. */
export function endOf(like: LikeClaude): HookEvent {
  const reason = textField(like.payload, "reason");
  return like.make.known("session.ended", { outcome: "success", ...(reason === undefined ? {} : { reason }) });
}

/** What a hook says of the process that cleared its conversation, on both sides of it. */
export function clearedBy(like: LikeClaude): HookFacts {
  const { call, payload } = like;
  return defined<HookFacts>({
    process: call.process,
    endedByClear: textField(payload, "reason") === "clear" ? true : undefined,
  });
}

export function startedBy({ call, payload }: LikeClaude): HookFacts {
  return defined<HookFacts>({ process: call.process, source: textField(payload, "source") });
}

/** What a person typed. Without an id that the transcript has too it would be told twice: it is kept then. */
export function promptOf(like: LikeClaude, promptId: string | undefined, isSynthetic: boolean): HookEvent {
  const { call, payload, native, make } = like;
  const text = textField(payload, "prompt");
  if (text === undefined || promptId === undefined) return make.kept();
  const details = detailsOf(like, "prompt", "session_title");
  const data = {
    role: "user" as const,
    text,
    ...(isSynthetic ? { synthetic: true } : {}),
    ...(details === undefined ? {} : { details }),
  };
  return make.known("message.sent", data, hookPromptId(call.agent, native, promptId, text));
}

/** A tool's call. As with prompts: only where it has an id. */
export function callOf(like: LikeClaude): HookEvent {
  const { call, payload, native, make } = like;
  const [callId, name] = [textField(payload, "tool_use_id"), textField(payload, "tool_name")];
  if (callId === undefined || name === undefined) return make.kept();
  const input = payload["tool_input"];
  const details = detailsOf(like, "tool_use_id", "tool_name", "tool_input");
  const data = {
    callId,
    name,
    kind: toToolKind(name),
    ...(input === undefined ? {} : { input }),
    ...(details === undefined ? {} : { details }),
  };
  return make.known("tool.called", data, hookCallId(call.agent, native, callId, input));
}

/** A tool's result. */
export function resultOf(like: LikeClaude, outcome: "completed" | "failed"): HookEvent {
  const { call, payload, native, make } = like;
  const callId = textField(payload, "tool_use_id");
  if (callId === undefined) return make.kept();
  const name = textField(payload, "tool_name");
  const id = hookResultId(call.agent, native, callId, payload["tool_input"]);
  const general = {
    callId,
    ...(name === undefined ? {} : { name, kind: toToolKind(name) }),
    ...defined({ durationMs: durationField(payload, "duration_ms") }),
  };
  const output = payload["tool_response"] ?? payload["tool_result"];
  if (outcome === "failed") {
    const { error } = payload;
    const text = typeof error === "string" ? error : error === undefined ? "" : JSON.stringify(error);
    const interrupted = flagField(payload, "is_interrupt") ? { interrupted: true } : {};
    return make.known(
      "tool.failed",
      { ...general, error: text, ...(output === undefined ? {} : { output }), ...interrupted },
      id,
    );
  }
  return make.known("tool.completed", { ...general, ...(output === undefined ? {} : { output }) }, id);
}

/** The path of a transcript that would prove the session, when one is named. */
export function transcriptOf({ payload }: LikeClaude): string | undefined {
  return textField(payload, "transcript_path");
}
