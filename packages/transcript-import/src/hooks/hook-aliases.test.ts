import { deriveEventId, type JsonObject, toNativeSessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { type AliasedEvent, createHookAliases } from "./hook-aliases.js";
import { hookCallId, hookPromptId, hookResultId } from "./hook-event-id.js";

const NATIVE = toNativeSessionId("s1");
const CALL = "toolu_01ABCDEFGHIJKLMNOPQRSTUV";

const event = (type: string, data: JsonObject): AliasedEvent => ({
  id: deriveEventId("claude", NATIVE, JSON.stringify([type, data])),
  type,
  data,
  source: { kind: "import", agent: "claude", nativeSession: NATIVE },
});

describe("hook aliases", () => {
  const aliasesOf = (events: readonly AliasedEvent[], promptId?: string): readonly string[] =>
    [...(createHookAliases("claude").of(events, promptId)?.values() ?? [])].flat();

  it("name prompts by the turn and the text, calls and results by the call", () => {
    const events = [
      event("message.sent", { role: "user", text: "Fix it\n" }),
      event("tool.called", { callId: CALL, name: "Bash", kind: "shell", input: { command: "ls" } }),
      event("tool.failed", { callId: CALL, error: "no" }),
    ];
    expect(aliasesOf(events, "p1")).toEqual([
      hookPromptId("claude", NATIVE, "p1", "Fix it"),
      hookCallId("claude", NATIVE, CALL, { command: "ls", wait: true }),
      hookResultId("claude", NATIVE, CALL, undefined),
    ]);
  });

  it("tell counted calls apart by their input, the results too", () => {
    const call = (input: string) => event("tool.called", { callId: "call_0", name: "Bash", kind: "shell", input });
    const result = (output: string) => event("tool.completed", { callId: "call_0", output });
    const aliases = aliasesOf([call("a"), result("1"), call("b"), result("2")]);
    expect(new Set(aliases).size).toBe(4);
    expect(aliases.slice(0, 2)).toEqual([
      hookCallId("claude", NATIVE, "call_0", "a"),
      hookResultId("claude", NATIVE, "call_0", "a"),
    ]);
  });

  it("are none for what a hook does not tell", () => {
    const events = [
      event("message.sent", { role: "assistant", text: "Fixed" }),
      event("usage.recorded", { inputTokens: 1, outputTokens: 1 }),
      event("tool.called", { name: "Bash" }),
    ];
    expect(createHookAliases("claude").of(events, "p1")).toBeUndefined();
    expect(
      createHookAliases("claude").of([event("message.sent", { role: "user", text: "x" })], undefined),
    ).toBeUndefined();
    expect(createHookAliases("claude").of([], "p1")).toBeUndefined();
  });

  it("of two sessions differ", () => {
    expect(hookCallId("claude", "a", CALL, null)).not.toBe(hookCallId("claude", "b", CALL, null));
    expect(hookCallId("claude", "a", CALL, null)).not.toBe(hookCallId("codex", "a", CALL, null));
  });
});
