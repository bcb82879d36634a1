import { type JsonObject, deriveEventId, deriveSessionId, toNativeSessionId } from "@agentlog/types";
import { anyEventSchema } from "@agentlog/types/schemas";
import { describe, expect, it } from "vitest";
import { type ImportedEvent } from "../../../source.js";
import { answer, call, prompt, record, result, SESSION, time, uuid } from "../../../testing/transcripts.js";
import { timedContext } from "../record.js";
import { createMapper } from "./mapper.js";

/** The events of records that follow each other in one file, without the session's start. */
function map(records: readonly JsonObject[], subAgent?: string): ImportedEvent[] {
  const mapper = createMapper();
  const nativeSession = toNativeSessionId(SESSION);
  const events = records.flatMap((one, n) =>
    mapper.map(
      timedContext({
        record: one,
        key: typeof one["uuid"] === "string" ? one["uuid"] : `key-${n}`,
        time: typeof one["timestamp"] === "string" ? one["timestamp"] : time(n),
        timed: typeof one["timestamp"] === "string",
        nativeSession,
        session: deriveSessionId("claude", SESSION),
        subAgent,
        path: "/t.jsonl",
      }),
    ),
  );
  for (const event of events) expect(anyEventSchema.safeParse({ seq: 0, ...event }).error?.issues).toBeUndefined();
  return [...events, ...mapper.finish()];
}

const shown = (events: readonly ImportedEvent[]): readonly [string, JsonObject][] =>
  events.filter(({ type }) => !type.endsWith(".started")).map(({ type, data }) => [type, data]);
const types = (events: readonly ImportedEvent[]): readonly string[] => shown(events).map(([type]) => type);
const about = (event: ImportedEvent | undefined): JsonObject => event?.meta?.["claude"] as JsonObject;

describe("conversation records", () => {
  it("begin the session with the first of them, and keep their time, place and what else they say", () => {
    const [start, message] = map([
      { type: "custom-title", customTitle: "Mine", sessionId: SESSION },
      { type: "ai-title", aiTitle: "Made up", sessionId: SESSION },
      prompt(0, "hello", { promptId: "p" }),
    ]).slice(2);
    expect(start).toMatchObject({
      type: "session.started",
      id: deriveEventId("claude", SESSION, "session.started"),
      time: time(0),
      data: {
        agent: "claude",
        agentVersion: "2.1.101",
        nativeSession: SESSION,
        title: "Mine",
        cwd: "/home/me/project",
      },
    });
    expect(message).toEqual({
      id: deriveEventId("claude", SESSION, `${uuid(0)}/message.0`),
      time: time(0),
      type: "message.sent",
      data: { role: "user", text: "hello" },
      session: deriveSessionId("claude", SESSION),
      run: 1,
      source: { kind: "import", agent: "claude", nativeSession: SESSION, path: "/t.jsonl" },
      meta: { claude: expect.objectContaining({ uuid: uuid(0), parentUuid: null, promptId: "p", gitBranch: "main" }) },
    });
    expect(about(message)).not.toHaveProperty("message");
  });

  it("map each block of a user record, and mark what no person typed", () => {
    const image = { type: "image", source: { type: "base64", data: "AA" } };
    const blocks = record(0, "user", { message: { role: "user", content: [{ type: "text", text: "see" }, image, 7] } });
    expect(shown(map([blocks]))).toEqual([
      ["message.sent", { role: "user", text: "see" }],
      ["claude.content.image", image],
      ["claude.content.untyped", { value: 7 }],
    ]);
    for (const fields of [
      { isMeta: true },
      { isCompactSummary: true },
      { isVisibleInTranscriptOnly: true },
      { origin: { kind: "task-notification" } },
      { promptSource: "system" },
    ]) {
      const [, message] = map([prompt(0, "x", fields)]);
      expect(message).toMatchObject({ data: { synthetic: true }, meta: { claude: fields } });
    }
    expect(map([prompt(0, "<local-command-stdout>x</local-command-stdout>")])[1]?.data).toMatchObject({
      synthetic: true,
    });
    expect(map([prompt(0, "x", { origin: { kind: "human" } })])[1]?.data).not.toHaveProperty("synthetic");
  });

  it("map text, reasoning and what is unknown of an answer", () => {
    const events = map([
      answer(0, { type: "thinking", thinking: "hm", signature: "s" }),
      answer(1, { type: "redacted_thinking", data: "x" }),
      answer(2, { type: "text", text: "yes" }),
      answer(3, { type: "server_tool_use", id: "t", name: "web_search" }, { stop_reason: "end_turn" }),
    ]);
    expect(shown(events)).toEqual([
      ["reasoning.recorded", { text: "hm", messageId: "msg_1", model: "claude-test-1", details: { signature: "s" } }],
      ["reasoning.recorded", expect.objectContaining({ text: "", details: { data: "x" } })],
      [
        "message.sent",
        { role: "assistant", text: "yes", messageId: "msg_1", requestId: "req_1", model: "claude-test-1" },
      ],
      ["claude.content.server_tool_use", expect.anything()],
      ["usage.recorded", expect.anything()],
    ]);
    expect(events[1]?.actor).toEqual({ agent: "claude" });
  });

  it("mark what the client said in the model's place, at no cost", () => {
    const events = map([
      answer(0, { type: "text", text: "API Error" }, { model: "<synthetic>", stop_reason: "stop_sequence" }),
    ]);
    expect(shown(events)).toEqual([["message.sent", expect.objectContaining({ synthetic: true })]]);
  });

  it("keep a record whole that has no content, or none that can be read", () => {
    expect(types(map([record(0, "user", { message: {} })]))).toEqual(["claude.user"]);
    expect(types(map([record(0, "assistant", { message: "odd" })]))).toEqual(["claude.assistant"]);
    expect(types(map([{ message: { usage: {} }, sessionId: SESSION }]))).toEqual(["claude.untyped"]);
  });

  it("give an envelope that is too large for meta an event of its own", () => {
    const planContent = "plan ".repeat(10_000);
    expect(shown(map([prompt(0, "go", { planContent })]))).toEqual([
      ["message.sent", { role: "user", text: "go" }],
      ["claude.user", expect.objectContaining({ planContent })],
    ]);
  });

  it("of a sub-agent name it and get ids of their own", () => {
    const main = map([prompt(0, "do it")]);
    const [start, message] = map([prompt(0, "do it", { isSidechain: true, agentId: "a1" })], "a1");
    expect(start).toMatchObject({ type: "agent.started", data: { agent: "a1", role: "sub-agent" } });
    expect(message).toMatchObject({
      actor: { agent: "claude", instance: "a1", role: "sub-agent" },
      data: { synthetic: true },
    });
    expect(message?.id).not.toBe(main[1]?.id);
    expect(message?.session).toBe(main[1]?.session);
  });
});

describe("usage", () => {
  const usage = (output_tokens: number): JsonObject => ({ input_tokens: 1, output_tokens });
  const text = { type: "text", text: "x" };
  const told = (events: readonly ImportedEvent[]): readonly unknown[] =>
    events.filter(({ type }) => type === "usage.recorded").map(({ data }) => data["outputTokens"]);

  it("is told once for each answer, from the line that ends it", () => {
    const lines = [
      answer(0, text, { usage: usage(1) }),
      result(1, "t", "out"),
      answer(2, text, { usage: usage(90), stop_reason: "tool_use" }),
      answer(3, text, { usage: usage(90), stop_reason: "tool_use" }),
    ];
    expect(told(map(lines))).toEqual([90]);
  });

  it("is told when something else follows where no line says that it is the last", () => {
    const first = [answer(0, text, { usage: usage(1) }), answer(1, text, { usage: usage(50) })];
    expect(types(map([...first, prompt(2, "next")]))).toEqual([
      "message.sent",
      "message.sent",
      "usage.recorded",
      "message.sent",
    ]);
    expect(told(map([...first, answer(2, text, { id: "msg_2", usage: usage(7) })]))).toEqual([50, 7]);
  });

  it("is told each time where an answer has no id", () => {
    const nameless = { id: null, usage: usage(4) };
    expect(told(map([answer(0, text, nameless), answer(1, text, nameless)]))).toEqual([4, 4]);
  });
});

describe("tools", () => {
  it("are called and completed, with details, under the agent's name and our kind", () => {
    const details = { stdout: "a", interrupted: false };
    expect(
      shown(map([call(0, "t1", "Bash", { command: "ls" }), result(1, "t1", "a", { toolUseResult: details })])),
    ).toEqual([
      ["tool.called", { callId: "t1", name: "Bash", kind: "shell", input: { command: "ls" } }],
      ["tool.completed", { callId: "t1", name: "Bash", kind: "shell", output: "a", details }],
      ["usage.recorded", expect.anything()],
    ]);
  });

  it("fail with exit code and interruption", () => {
    const failed = (content: string): JsonObject | undefined =>
      map([result(0, "t1", content, { toolUseResult: `Error: ${content}` }, { is_error: true })])[1]?.data;
    expect(failed("Exit code 2\nno")).toEqual({ callId: "t1", error: "Exit code 2\nno", exitCode: 2 });
    expect(failed("[Request interrupted by user for tool use]")).toMatchObject({ interrupted: true });
  });

  it("read and write files", () => {
    const effect = (name: string, input: JsonObject, toolUseResult: JsonObject): JsonObject | undefined =>
      map([call(0, "t1", name, input), result(1, "t1", "ok", { toolUseResult })]).find(({ type }) =>
        type.startsWith("file."),
      )?.data;
    const file = { filePath: "/a", content: "ä\n", numLines: 1, startLine: 1, totalLines: 1 };
    expect(effect("Read", { file_path: "/a" }, { type: "text", file })).toEqual({ path: "/a", callId: "t1", bytes: 3 });
    expect(effect("Read", { file_path: "/a" }, { file: { ...file, startLine: 5, totalLines: 9 } })).toEqual({
      path: "/a",
      callId: "t1",
      startLine: 5,
      lines: 1,
    });
    expect(effect("Write", { file_path: "/a" }, { type: "create", filePath: "/a", content: "xy" })).toEqual({
      path: "/a",
      callId: "t1",
      change: "created",
      bytes: 2,
    });
    const structuredPatch = [{ lines: [" a", "-b", "+c", "+d"] }];
    expect(effect("Edit", { file_path: "/a" }, { filePath: "/a", structuredPatch })).toEqual({
      path: "/a",
      callId: "t1",
      change: "modified",
      addedLines: 2,
      removedLines: 1,
    });
    expect(effect("Bash", { file_path: "/a" }, {})).toBeUndefined();
  });

  it("spawn sub-agents and get their answers", () => {
    const effect = (details: JsonObject): readonly unknown[] | undefined =>
      shown(map([result(0, "t1", "ok", { toolUseResult: { agentId: "a1", ...details } })])).at(1);
    expect(effect({ status: "completed" })).toEqual(["agent.returned", { agent: "a1", callId: "t1" }]);
    expect(effect({ isAsync: true })).toEqual(["agent.spawned", { agent: "a1", callId: "t1", background: true }]);
  });

  it("whose blocks say nothing usable are kept", () => {
    const nameless = record(0, "user", { message: { content: [{ type: "tool_result", content: "x" }] } });
    expect(types(map([nameless, answer(1, { type: "tool_use", id: "t" }, { stop_reason: "x" })]))).toEqual([
      "claude.content.tool_result",
      "claude.content.tool_use",
      "usage.recorded",
    ]);
  });
});

describe("other records", () => {
  it("a compaction is told, other system records are kept", () => {
    const compactMetadata = { trigger: "manual", preTokens: 9, postTokens: 3, durationMs: 1.5 };
    const boundary = {
      subtype: "compact_boundary",
      content: "Conversation compacted",
      logicalParentUuid: uuid(99),
      compactMetadata,
    };
    const events = map([record(0, "system", boundary), record(1, "system", { subtype: "turn_duration" })]);
    expect(shown(events)).toEqual([
      ["context.compacted", { trigger: "manual", preTokens: 9, postTokens: 3, durationMs: 1.5 }],
      ["claude.system", record(1, "system", { subtype: "turn_duration" })],
    ]);
    expect(about(events[1])).toMatchObject({ logicalParentUuid: uuid(99), compactMetadata });
  });

  it.each([
    "attachment",
    "progress",
    "summary",
    "ai-title",
    "custom-title",
    "agent-name",
    "last-prompt",
    "mode",
    "permission-mode",
    "queue-operation",
    "file-history-snapshot",
    "file-history-delta",
    "pr-link",
    "worktree-state",
    "tag",
    "relocated",
    "content-replacement",
    "fork-context-ref",
    "continued-in",
    "bridge-session",
    "cost-state",
    "atis-latch",
    "frame-link",
    "artifact-created",
  ])("%s is kept as it is", (type) => {
    const kept = { type, any: { thing: [1] }, sessionId: SESSION };
    expect(shown(map([kept]))).toEqual([[`claude.${type}`, kept]]);
    expect(about(map([kept]).at(-1))).toEqual({ timeInferred: true });
  });

  it("a type becomes a safe name", () => {
    expect(types(map([{ type: "New Kind/../ä" }, { type: "---" }, { type: 5 }]))).toEqual([
      "claude.new-kind",
      "claude.unknown",
      "claude.untyped",
    ]);
  });
});
