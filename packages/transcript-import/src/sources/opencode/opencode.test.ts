import { deriveSessionId, type JsonObject } from "@agentlog/types";
import { anyEventSchema } from "@agentlog/types/schemas";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../testing/stores.js";
import { ANSWER_MS, conversation, PROMPT_MS } from "./testing/conversation.js";
import { answer, importPaths, OLD_MS, prompt, tool, treeIn, typesOf } from "./testing/trees.js";

describe("the events of a session", () => {
  it("tell its conversation in OpenCode's order, with its times", async () => {
    const tree = conversation(
      temporaryFolder(),
      [
        { type: "step-start", snapshot: "abc" },
        { type: "reasoning", text: "hm", time: { start: ANSWER_MS + 10, end: ANSWER_MS + 20 } },
        tool("bash", {
          status: "completed",
          input: { command: "ls" },
          output: "a\n",
          title: "ls",
          metadata: { exit: 0 },
          time: { start: ANSWER_MS + 30, end: ANSWER_MS + 70 },
        }),
        { type: "text", text: "done", time: { start: ANSWER_MS + 80, end: ANSWER_MS + 90 } },
        {
          type: "step-finish",
          reason: "stop",
          tokens: { input: 3, output: 5, reasoning: 7, cache: { read: 1, write: 2 } },
          cost: 0.5,
        },
      ],
      { finish: "stop" },
    );
    const { events, bad, unfinished, facts } = await importPaths(tree.storage);
    expect(typesOf(events)).toEqual([
      "session.started",
      "message.sent",
      "opencode.step-start",
      "reasoning.recorded",
      "tool.called",
      "tool.completed",
      "message.sent",
      "opencode.step-finish",
      "usage.recorded",
      "session.titled",
    ]);
    expect([bad, unfinished]).toEqual([[], 0]);
    expect(events[0]).toMatchObject({
      time: new Date(OLD_MS).toISOString(),
      data: { agent: "opencode", agentVersion: "1.1.0", nativeSession: "ses_1", cwd: "/work/app" },
      session: deriveSessionId("opencode", "ses_1"),
    });
    expect(events[1]).toMatchObject({ time: new Date(PROMPT_MS).toISOString(), data: { role: "user", text: "do it" } });
    expect(events[1]?.actor).toBeUndefined();
    expect(events[2]?.meta).toMatchObject({ opencode: { message: "msg_2", agent: "build", timeInferred: true } });
    expect(events[5]).toMatchObject({
      time: new Date(ANSWER_MS + 70).toISOString(),
      data: { callId: "call_1", name: "bash", kind: "shell", output: "a\n", durationMs: 40, exitCode: 0 },
    });
    expect(events[6]).toMatchObject({
      data: { role: "assistant", text: "done", model: "model-1", messageId: "msg_2" },
    });
    expect(events[8]?.data).toEqual({
      inputTokens: 3,
      outputTokens: 12,
      cacheReadTokens: 1,
      cacheWriteTokens: 2,
      costUsd: 0.5,
      model: "model-1",
      messageId: "msg_2",
      details: { finish: "stop" },
    });
    expect(events[9]?.data).toEqual({ title: "A title" });
    expect(facts[0]).toMatchObject({ cwd: "/work/app", title: { text: "A title" } });
    expect(facts.find((one) => one.prompt !== undefined)).toMatchObject({ prompt: "do it" });
    expect(facts.some((one) => one.model === "model-1")).toBe(true);
    for (const [seq, event] of events.entries()) {
      expect(anyEventSchema.safeParse({ ...event, seq }).error?.issues).toBeUndefined();
    }
  });

  it("count each request of a message, and the message's own figures where it has no steps", async () => {
    const step = { type: "step-finish", tokens: { input: 10, output: 1, reasoning: 0 }, cost: 1 };
    const last = { tokens: { input: 10, output: 1 }, cost: 2 };
    const usage = async (parts: readonly object[], fields: JsonObject): Promise<object | undefined> => {
      const { events } = await importPaths(conversation(temporaryFolder(), parts, fields).storage);
      return events.find(({ type }) => type === "usage.recorded")?.data;
    };
    expect(await usage([step, step], last)).toMatchObject({ inputTokens: 20, outputTokens: 2, costUsd: 2 });
    expect(await usage([], last)).toMatchObject({ inputTokens: 10, outputTokens: 1, costUsd: 2 });
    expect(await usage([], { tokens: { input: 0, output: 0 }, cost: 0 })).toBeUndefined();
    const inside = { tokens: { total: 30, input: 20, output: 10, reasoning: 4 } };
    expect(await usage([], inside)).toMatchObject({ outputTokens: 10 });
  });

  it("tell failed tools, and those that somebody stopped", async () => {
    const failed = (error: string): object => tool("edit", { status: "error", input: {}, error, time: {} });
    const { events } = await importPaths(
      conversation(temporaryFolder(), [failed("no such file"), failed("Tool execution aborted")]).storage,
    );
    const found = events.filter(({ type }) => type === "tool.failed").map(({ data }) => data);
    expect(found).toMatchObject([{ error: "no such file", kind: "file-edit" }, { interrupted: true }]);
    expect(found[0]).not.toHaveProperty("interrupted");
  });

  it("name the files that tools and steps changed, each once", async () => {
    const state = { status: "completed", output: "", time: {} };
    const { events } = await importPaths(
      conversation(temporaryFolder(), [
        tool("write", { ...state, input: { filePath: "a.txt", content: "ä" }, metadata: { exists: false } }),
        tool("read", { ...state, input: { filePath: "/b", offset: 5, limit: 2 } }),
        { type: "patch", hash: "abc", files: ["/work/app/a.txt", "/work/app/c.txt"] },
        { type: "file", url: "file:///work/d%20d.txt", mime: "text/plain" },
        { type: "file", url: "data:text/plain;base64,AA==", mime: "text/plain" },
      ]).storage,
    );
    const files = events.filter(({ type }) => type.startsWith("file.") || type === "opencode.file");
    expect(files.map(({ type, data }) => [type, data["path"]])).toEqual([
      ["file.written", "a.txt"],
      ["file.read", "/b"],
      ["file.written", "/work/app/c.txt"],
      ["file.read", "/work/d d.txt"],
      ["opencode.file", undefined],
    ]);
    expect(files[0]?.data).toMatchObject({ change: "created", bytes: 2, callId: "call_1" });
    expect(files[1]?.data).toMatchObject({ startLine: 5, lines: 2 });
  });

  it("link a sub-agent to its parent on both sides; what it was told no person typed", async () => {
    const metadata = { sessionId: "ses_2" };
    const input = { subagent_type: "explore" };
    const tree = conversation(temporaryFolder(), [
      tool("task", { status: "completed", input, output: "", metadata, time: {} }),
    ]);
    tree.session("ses_2", { parentID: "ses_1", title: "Child session - 2026-01-02T03:04:05.000Z" });
    tree.message("ses_2", "msg_3", prompt(PROMPT_MS));
    tree.part("msg_3", "prt_1", { type: "text", text: "explore" });
    const { events, facts } = await importPaths(tree.storage);
    const child = events.filter(({ session }) => session === deriveSessionId("opencode", "ses_2"));
    expect(typesOf(child)).toEqual(["session.started", "message.sent"]);
    expect(child[0]?.data).toMatchObject({ cause: "sub-agent", parent: deriveSessionId("opencode", "ses_1") });
    expect(child[1]?.data).toMatchObject({ synthetic: true });
    expect(facts.flatMap(({ link }) => link ?? [])).toEqual([{ kind: "sub-agent", native: "ses_1" }]);
    expect(facts.flatMap(({ prompt: text }) => text ?? [])).toEqual(["do it"]);
    const spawned = events.find(({ type }) => type === "agent.spawned");
    expect(spawned?.data).toMatchObject({ agent: "ses_2", role: "explore", session: child[0]?.session });
    expect(typesOf(events)).toContain("agent.returned");
  });

  it("keep synthetic texts apart, and what has no kind whole", async () => {
    const tree = conversation(temporaryFolder(), [
      { type: "compaction", auto: false, tail_start_id: "msg_1" },
      { type: "retry", attempt: 2, error: { name: "APIError" }, time: { created: ANSWER_MS + 5 } },
      { kind: "odd" },
    ]);
    tree.part("msg_1", "prt_9", { type: "text", text: "injected", synthetic: true });
    tree.write("todo/ses_1.json", [{ id: "1", content: "x", status: "pending", priority: "high" }]);
    tree.write("session_diff/ses_1.json", [{ file: "a", additions: 1 }]);
    const { events, facts } = await importPaths(tree.storage);
    expect(events.find(({ data }) => data["text"] === "injected")?.data).toMatchObject({ synthetic: true });
    expect(facts.flatMap(({ prompt: text }) => text ?? [])).toEqual(["do it"]);
    expect(events.find(({ type }) => type === "context.compacted")?.data).toMatchObject({ trigger: "manual" });
    expect(events.find(({ type }) => type === "opencode.retry")?.data).toMatchObject({ attempt: 2 });
    expect(typesOf(events)).toContain("opencode.untyped");
    expect(events.at(-2)).toMatchObject({ type: "opencode.todo", data: { todos: [{ id: "1", content: "x" }] } });
    expect(events.at(-1)).toMatchObject({ type: "opencode.session-diff", data: { diffs: [{ file: "a" }] } });
  });

  it("tell a new title, and an error, but no title that was made up by rule", async () => {
    const tree = conversation(temporaryFolder(), [], { error: { name: "APIError", data: { message: "no" } } });
    const first = await importPaths(tree.storage);
    expect(first.events.find(({ type }) => type === "opencode.error")?.data).toMatchObject({ name: "APIError" });
    tree.session("ses_1", { title: "Another (fork #1)" });
    const second = await importPaths(tree.storage);
    const titles = [first, second].map(({ events }) => events.at(-1));
    expect(titles.map((event) => event?.data)).toEqual([{ title: "A title" }, { title: "Another (fork #1)" }]);
    expect(titles[0]?.id).not.toBe(titles[1]?.id);
    expect(second.facts.every(({ link }) => link === undefined)).toBe(true);
    tree.session("ses_1", { title: "New session - 2026-01-02T03:04:05.000Z" });
    expect(typesOf((await importPaths(tree.storage)).events)).not.toContain("session.titled");
  });
});

describe("what is not over", () => {
  const now = Date.now();
  const running = (state: object, completed?: number): ReturnType<typeof treeIn> => {
    const tree = treeIn(temporaryFolder(), now);
    tree.session("ses_1");
    tree.message("ses_1", "msg_1", answer(now, completed));
    tree.part("msg_1", "prt_1", tool("bash", { input: { command: "x" }, ...state }));
    tree.part("msg_1", "prt_2", { type: "text", text: "later", time: { start: now, end: now } });
    tree.message("ses_1", "msg_2", prompt(now + 1));
    tree.part("msg_2", "prt_1", { type: "text", text: "queued" });
    return tree;
  };

  it("waits, and all that follows with it; a running tool has its call told", async () => {
    const told = async (state: object): Promise<readonly string[]> => {
      const { events, unfinished } = await importPaths(running(state).storage);
      expect(unfinished).toBe(1);
      return typesOf(events);
    };
    expect(await told({ status: "pending" })).toEqual(["session.started", "session.titled"]);
    expect(await told({ status: "running", time: { start: now } })).toEqual([
      "session.started",
      "tool.called",
      "session.titled",
    ]);
    const done = { status: "completed", output: "", time: { start: now, end: now } };
    expect(await told(done)).toEqual([
      "session.started",
      "tool.called",
      "tool.completed",
      "message.sent",
      "session.titled",
    ]);
  });

  it("does not wait for an answer that was abandoned: another one followed, or an hour went by", async () => {
    const tree = running({ status: "running", time: { start: now } });
    tree.message("ses_1", "msg_3", answer(now + 2, now + 3));
    const { events, unfinished } = await importPaths(tree.storage);
    expect(unfinished).toBe(0);
    expect(typesOf(events)).toEqual([
      "session.started",
      "tool.called",
      "message.sent",
      "message.sent",
      "session.titled",
    ]);
    const old = treeIn(temporaryFolder());
    old.session("ses_1");
    old.message("ses_1", "msg_1", answer(OLD_MS));
    old.part("msg_1", "prt_1", { type: "text", text: "cut o", time: { start: OLD_MS } });
    expect(await importPaths(old.storage)).toMatchObject({ unfinished: 0, events: { length: 3 } });
  });

  it("waits for a file that is half written, and counts it when it stays so", async () => {
    const tree = treeIn(temporaryFolder(), now);
    tree.session("ses_1");
    tree.message("ses_1", "msg_1", answer(now));
    tree.write("part/msg_1/prt_1.json", '{"type":"te');
    expect(await importPaths(tree.storage)).toMatchObject({ unfinished: 1, bad: [] });
    tree.message("ses_1", "msg_2", answer(now + 1, now + 1));
    const { unfinished, bad } = await importPaths(tree.storage);
    expect([unfinished, bad]).toEqual([0, ["not-json: part/msg_1/prt_1.json"]]);
  });
});
