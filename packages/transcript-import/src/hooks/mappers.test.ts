import { newEventSchema } from "@agentlog/types/schemas";
import { assertStorable } from "@agentlog/event-log";
import { describe, expect, it } from "vitest";
import { claudePayload, entryOf } from "../testing/hooks.js";
import { readCaptured } from "./captured.js";
import { type MappedHook } from "./mapped.js";
import { hookMappers } from "./mappers.js";

const CALL = "toolu_01ABCDEFGHIJKLMNOPQRSTUV";

function map(payload: unknown, agent = "claude"): MappedHook {
  const call = readCaptured(Buffer.from(entryOf(payload, { agent })));
  if (typeof call === "string") throw new Error(call);
  const mapped = hookMappers.get(agent)?.(call);
  if (mapped === undefined) throw new Error("names no session");
  return mapped;
}

/** Type and data of the one event that a payload makes. */
function told(payload: unknown, agent?: string): readonly [string, unknown] {
  const { events } = map(payload, agent);
  expect(events).toHaveLength(1);
  const [{ event }] = events as readonly [MappedHook["events"][number]];
  expect(newEventSchema.safeParse(event).error).toBeUndefined();
  expect(event.source?.kind).toBe("hook");
  return [event.type, event.data];
}

/** All of Claude Code 2.1.329, with the fields it documents, and what becomes of each. */
const CLAUDE: Readonly<Record<string, readonly [fields: object, type: string, confirms: boolean]>> = {
  PreToolUse: [{ tool_name: "Bash", tool_input: { command: "ls" }, tool_use_id: CALL }, "tool.called", true],
  PostToolUse: [{ tool_name: "Bash", tool_use_id: CALL, tool_response: {}, duration_ms: 3 }, "tool.completed", true],
  PostToolUseFailure: [{ tool_name: "Bash", tool_use_id: CALL, error: "no", is_interrupt: true }, "tool.failed", true],
  PostToolBatch: [{ tool_calls: [] }, "claude.hook.post-tool-batch", true],
  Notification: [{ message: "m", notification_type: "idle_prompt" }, "claude.hook.notification", false],
  UserPromptSubmit: [{ prompt: "Fix it", prompt_id: "p" }, "message.sent", true],
  UserPromptExpansion: [{ prompt: "/x", command_name: "x" }, "claude.hook.user-prompt-expansion", true],
  SessionStart: [{ source: "startup", model: "opus" }, "session.started", true],
  SessionEnd: [{ reason: "other" }, "session.ended", false],
  Stop: [{ stop_hook_active: false, last_assistant_message: "Done" }, "claude.hook.stop", true],
  StopFailure: [{ error: "rate_limit" }, "claude.hook.stop-failure", true],
  SubagentStart: [{ agent_id: "a1", agent_type: "Explore" }, "agent.started", true],
  SubagentStop: [{ agent_id: "a1", agent_type: "Explore" }, "agent.completed", true],
  PreCompact: [{ trigger: "auto", custom_instructions: "" }, "claude.hook.pre-compact", true],
  PostCompact: [{ trigger: "auto", compact_summary: "s" }, "claude.hook.post-compact", true],
  PreModelSwitch: [{ from_model: "a", to_model: "b" }, "claude.hook.pre-model-switch", false],
  PostModelSwitch: [{ from_model: "a", to_model: "b", source: "user" }, "model.switched", false],
  PermissionRequest: [{ tool_name: "Bash", tool_input: {} }, "permission.asked", true],
  PermissionDenied: [{ tool_name: "Bash", tool_use_id: CALL, reason: "no" }, "permission.denied", true],
  Setup: [{ trigger: "init" }, "claude.hook.setup", false],
  TeammateIdle: [{ teammate_name: "t" }, "claude.hook.teammate-idle", false],
  TaskCreated: [{ task_id: "1", task_subject: "x" }, "claude.hook.task-created", false],
  TaskCompleted: [{ task_id: "1", task_subject: "x" }, "claude.hook.task-completed", false],
  Elicitation: [{ mcp_server_name: "m" }, "claude.hook.elicitation", false],
  ElicitationResult: [{ action: "accept" }, "claude.hook.elicitation-result", false],
  ConfigChange: [{ source: "user", file_path: "/x" }, "claude.hook.config-change", false],
  WorktreeCreate: [{ name: "w" }, "claude.hook.worktree-create", false],
  WorktreeRemove: [{ worktree_path: "/w" }, "claude.hook.worktree-remove", false],
  InstructionsLoaded: [{ file_path: "/x", memory_type: "User" }, "claude.hook.instructions-loaded", false],
  CwdChanged: [{ old_cwd: "/a", new_cwd: "/b" }, "claude.hook.cwd-changed", false],
  FileChanged: [{ file_path: "/x", event: "change" }, "claude.hook.file-changed", false],
  DirectoryAdded: [{ directory: "/x", source: "user" }, "claude.hook.directory-added", false],
  MessageDisplay: [{ turn_id: "t", delta: "d", final: true }, "claude.hook.message-display", false],
};

describe("Claude Code's hooks", () => {
  it("are 33", () => expect(Object.keys(CLAUDE)).toHaveLength(33));

  it.each(Object.entries(CLAUDE))("%s", (name, [fields, type, confirms]) => {
    const payload = claudePayload(name, fields);
    expect(told(payload)[0]).toBe(type);
    expect(map(payload).confirms).toBe(confirms);
    if (type.startsWith("claude.hook.")) expect(told(payload)[1]).toEqual(payload);
  });

  it("keep what else they say", () => {
    const fields = { tool_name: "Bash", tool_input: 1, tool_use_id: CALL, permission_mode: "plan", agent_id: "a1" };
    expect(told(claudePayload("PreToolUse", fields))[1]).toEqual({
      callId: CALL,
      name: "Bash",
      kind: "shell",
      input: 1,
      details: { permission_mode: "plan" },
    });
    expect(map(claudePayload("PreToolUse", fields)).events[0]?.event.actor).toEqual({
      agent: "claude",
      instance: "a1",
      role: "sub-agent",
    });
  });

  it.each([
    ["startup", "session.started"],
    ["clear", "session.started"],
    ["fork", "session.started"],
    ["something-new", "session.started"],
    ["resume", "session.resumed"],
    ["compact", "claude.hook.session-start"],
  ])("a start by %s is %s", (source, type) => {
    expect(told(claudePayload("SessionStart", { source }))[0]).toBe(type);
    expect(map(claudePayload("SessionStart", { source })).sighting.hook).toEqual({ source, process: "1-1" });
  });

  it("a fork is told under the id that the payload has", () => {
    const { native, sighting } = map(claudePayload("SessionStart", { source: "fork" }, "e4fa0c49"));
    expect([native, sighting.native, sighting.link]).toEqual(["e4fa0c49", "e4fa0c49", undefined]);
  });

  it("a prompt that nobody typed is no first prompt", () => {
    const payload = claudePayload("UserPromptSubmit", { prompt: "<task-notification>x", prompt_id: "p" });
    expect(told(payload)[1]).toMatchObject({ synthetic: true });
    expect(map(payload).sighting.prompt).toBeUndefined();
  });

  it("without the ids that the transcript has too, are kept and not told twice", () => {
    expect(told(claudePayload("UserPromptSubmit", { prompt: "x" }))[0]).toBe("claude.hook.user-prompt-submit");
    expect(map(claudePayload("UserPromptSubmit", { prompt: "x" })).sighting.prompt).toBe("x");
    expect(told(claudePayload("PreToolUse", { tool_name: "x" }))[0]).toBe("claude.hook.pre-tool-use");
  });
});

describe("other agents' hooks", () => {
  const payload = (name: string, fields: object): object => ({
    session_id: "s1",
    transcript_path: null,
    cwd: "/work",
    hook_event_name: name,
    ...fields,
  });

  it.each([
    ["SessionStart", { source: "resume" }, "session.resumed"],
    ["UserPromptSubmit", { prompt: "x", turn_id: "t" }, "message.sent"],
    ["PreToolUse", { tool_name: "shell", tool_input: {}, tool_use_id: "call_abcdefghijklmnopqrst" }, "tool.called"],
    ["PreToolUse", { tool_name: "shell", tool_input: {}, tool_use_id: "exec-1" }, "codex.hook.pre-tool-use"],
    ["PostToolUse", { tool_name: "shell", tool_use_id: "call_abcdefghijklmnopqrst" }, "tool.completed"],
    ["Stop", { last_assistant_message: null }, "codex.hook.stop"],
  ])("Codex: %s %j", (name, fields, type) => expect(told(payload(name, fields), "codex")[0]).toBe(type));

  it("Codex: the older notify", () => {
    const notify = { type: "agent-turn-complete", "thread-id": "s1", "turn-id": "t", cwd: "/w" };
    expect(told(notify, "codex")[0]).toBe("codex.hook.agent-turn-complete");
  });

  it.each([
    ["SessionStart", { source: "startup" }, "session.started"],
    ["SessionEnd", { reason: "exit" }, "session.ended"],
    ["BeforeAgent", { prompt: "x" }, "gemini.hook.before-agent"],
    ["AfterTool", { tool_name: "x", tool_response: {} }, "gemini.hook.after-tool"],
  ])("Gemini: %s", (name, fields, type) => {
    expect(told(payload(name, { ...fields, timestamp: "2026-07-01T12:00:00.000Z" }), "gemini")[0]).toBe(type);
  });

  it.each([
    ["SessionStart", { source: "new" }, "session.started"],
    ["SessionEnd", { reason: "complete" }, "session.ended"],
    ["UserPromptSubmit", { prompt: "x" }, "copilot.hook.user-prompt-submit"],
    ["PostToolUse", { tool_name: "bash", tool_input: {}, tool_result: {} }, "copilot.hook.post-tool-use"],
    ["ErrorOccurred", { error: { message: "x" } }, "copilot.hook.error-occurred"],
  ])("Copilot: %s", (name, fields, type) => expect(told(payload(name, fields), "copilot")[0]).toBe(type));

  it.each([
    ["session.created", { info: { id: "s1", title: "T", directory: "/d" } }, "session.started"],
    ["session.idle", { sessionID: "s1" }, "opencode.hook.session-idle"],
    ["chat.message", { message: { id: "msg_1" }, parts: [{ type: "text", text: "x" }] }, "message.sent"],
    ["chat.message", { parts: [{ type: "text", text: "x" }] }, "opencode.hook.chat-message"],
    ["tool.execute.before", { tool: "bash", callID: "c1", args: { command: "ls" } }, "tool.called"],
    ["tool.execute.after", { tool: "bash", callID: "c1", args: {}, output: "x", metadata: {} }, "tool.completed"],
    ["tool.execute.after", { tool: "bash", callID: "c1", status: "error", error: "no" }, "tool.failed"],
  ])("OpenCode: %s %j", (name, properties, type) => {
    expect(told(payload(name, { properties }), "opencode")[0]).toBe(type);
  });

  it("OpenCode: a session of a sub-agent names its parent", () => {
    const { sighting } = map(payload("session.created", { properties: { info: { parentID: "ses_1" } } }), "opencode");
    expect(sighting.link).toEqual({ kind: "sub-agent", native: "ses_1" });
  });
});

describe("hostile payloads", () => {
  const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`;
  const own = (fields: string): string => `{"session_id":"s","hook_event_name":"PreToolUse",${fields}}`;

  it.each([...hookMappers.keys()])("become events that a log takes, whatever they hold (%s)", (agent) => {
    const payloads = [
      own('"__proto__":{"polluted":true},"constructor":1,"tool_name":"__proto__","tool_use_id":"constructor"'),
      own(`"tool_name":"x","tool_use_id":"y","tool_input":${deep(10_000)}`),
      own('"tool_name":"\\ud800","tool_use_id":"\\u0000\\udfff"'),
      own('"tool_name":{},"tool_use_id":[],"prompt":7,"agent_id":1'),
      ...["../x", "-rf", "\0", "\ud800", "a/b", "__proto__"].map((id) => JSON.stringify({ session_id: id })),
      JSON.stringify({ session_id: "s", hook_event_name: "../../\0 É".repeat(100) }),
      JSON.stringify({ session_id: "s", hook_event_name: "session.created", properties: { info: { parentID: 7 } } }),
    ];
    for (const payload of payloads) {
      const [told_] = map(payload, agent).events;
      expect(() => assertStorable(told_!.event)).not.toThrow();
      expect(told_!.event.type).toMatch(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it("that nest too deep are kept as the text they came as", () => {
    const payload = own(`"tool_name":"x","tool_use_id":"y","tool_input":${deep(10_000)}`);
    expect(told(payload)).toEqual(["claude.hook.unstorable", { type: "tool.called", payload }]);
  });
});
