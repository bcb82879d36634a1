import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { importTranscripts } from "./importing/import-transcripts.js";
import { type TranscriptSource } from "./source.js";
import { codexSource } from "./sources/codex/source.js";
import { copilotSource } from "./sources/copilot/source.js";
import { geminiSource } from "./sources/gemini/source.js";
import { opencodeSource } from "./sources/opencode/source.js";
import { conversation } from "./sources/opencode/testing/conversation.js";
import { hookStore } from "./testing/hooks.js";
import * as rollouts from "./testing/rollouts.js";
import { temporaryFolder } from "./testing/stores.js";
import { jsonl, uuid } from "./testing/transcripts.js";

// What a hook has told and a transcript tells again is in the log once: for each agent, all that both of them tell.

/** Drains the payloads of a session's hooks, then imports its transcript. Gives the types that are in its log, sorted. */
async function typesAfter(
  source: TranscriptSource,
  native: string,
  payloads: readonly object[],
  path: string,
): Promise<readonly string[]> {
  const { agent } = source;
  const store = hookStore();
  for (const [at, payload] of payloads.entries()) store.capture(payload, { agent, at: at * 10_000 });
  await store.drain();
  expect(await store.events(native, agent)).toHaveLength(payloads.length);
  await importTranscripts({ openSessionLog: store.open, paths: [path], sources: [source] });
  return (await store.events(native, agent)).map(({ type }) => type).toSorted();
}

const CALL = "call_0123456789abcdefghij";

it("of Codex: its start, prompts, calls and results", async () => {
  const { THREAD: thread, meta, turn, prompt, call, output, id } = rollouts;
  const path = join(temporaryFolder(), `rollout-x-${thread}.jsonl`);
  const calls = [call(2, CALL, "shell", { command: ["ls"] }), output(3, CALL, "Exit code: 0\nOutput:\na")];
  writeFileSync(path, rollouts.jsonl([meta(0), ...turn(1), ...prompt(1, "Hello"), ...calls]));
  const hook = (hook_event_name: string, fields: object = {}): object => ({
    session_id: thread,
    turn_id: id(1, 1),
    hook_event_name,
    ...fields,
  });
  const tool = { tool_use_id: CALL, tool_name: "shell", tool_input: { command: ["ls"] } };
  const payloads = [
    hook("SessionStart", { source: "startup" }),
    hook("UserPromptSubmit", { prompt: "Hello" }),
    hook("PreToolUse", tool),
    hook("PostToolUse", { ...tool, tool_response: "a" }),
  ];
  expect(await typesAfter(codexSource, thread, payloads, path)).toEqual([
    "codex.task_started",
    // The display's copy of the prompt, which is kept as it is.
    "codex.user_message",
    "message.sent",
    "model.switched",
    "session.started",
    "tool.called",
    "tool.completed",
  ]);
});

it("of Copilot CLI: its start, calls and results", async () => {
  const session = "11111111-1111-4111-8111-111111111111";
  const record = (n: number, type: string, data: object): object => ({
    type,
    data,
    id: uuid(n),
    timestamp: "2026-01-02T03:04:05.000Z",
    parentId: n === 0 ? null : uuid(n - 1),
  });
  const input = { path: "/a" };
  const path = join(temporaryFolder(), "events.jsonl");
  writeFileSync(
    path,
    jsonl([
      record(0, "session.start", { sessionId: session }),
      record(1, "tool.execution_start", { toolCallId: CALL, toolName: "view", arguments: input }),
      record(2, "tool.execution_complete", { toolCallId: CALL, success: false, error: { message: "no" } }),
    ] as never),
  );
  const tool = { tool_use_id: CALL, tool_name: "view", tool_input: input };
  const payloads = [
    { session_id: session, hook_event_name: "SessionStart", source: "new" },
    { session_id: session, hook_event_name: "PreToolUse", ...tool },
    { session_id: session, hook_event_name: "PostToolUseFailure", ...tool, error: "no" },
  ];
  expect(await typesAfter(copilotSource, session, payloads, path)).toEqual([
    "session.started",
    "tool.called",
    "tool.failed",
  ]);
});

it("of OpenCode: its start, prompts, calls and results", async () => {
  const state = { status: "completed", input: { command: "ls" }, output: "a", time: { start: 1, end: 2 } };
  const tree = conversation(temporaryFolder(), [{ type: "tool", tool: "bash", callID: CALL, state }]);
  const hook = (hook_event_name: string, properties: object): object => ({
    session_id: "ses_1",
    hook_event_name,
    properties,
  });
  const tool = { tool: "bash", callID: CALL, args: { command: "ls" } };
  const payloads = [
    hook("session.created", { info: { id: "ses_1", directory: "/work/app" } }),
    hook("chat.message", { message: { id: "msg_1" }, parts: [{ type: "text", text: "do it" }] }),
    hook("tool.execute.before", tool),
    hook("tool.execute.after", { ...tool, output: "a" }),
  ];
  expect(await typesAfter(opencodeSource, "ses_1", payloads, tree.storage)).toEqual([
    "message.sent",
    "session.started",
    "session.titled",
    "tool.called",
    "tool.completed",
  ]);
});

it("of Gemini CLI: its start, the only thing that both name", async () => {
  const session = "11111111-1111-4111-8111-111111111111";
  const path = join(temporaryFolder(), "session-x.jsonl");
  writeFileSync(path, jsonl([{ sessionId: session, projectHash: "ab", startTime: "2026-01-02T03:04:05.000Z" }]));
  const payloads = [{ session_id: session, hook_event_name: "SessionStart", source: "startup" }];
  expect(await typesAfter(geminiSource, session, payloads, path)).toEqual(["session.started"]);
});
