import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type JsonObject } from "@agentlog/types";
import { expect, it } from "vitest";
import { type ImportedEvent, type ReadStep, type RecordFacts } from "../../source.js";
import { temporaryFolder } from "../../testing/stores.js";
import { copilotSource } from "./source.js";

const SESSION = "11111111-1111-4111-8111-111111111111";
const PLACE = { cwd: "/home/me/p", branch: "main", headCommit: "abc", gitRoot: "/home/me/p" };

function time(n: number): string {
  return new Date(Date.UTC(2026, 0, 2, 3, 4, n)).toISOString();
}

function uuid(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
}

function record(n: number, type: string, data: object, fields: object = {}): object {
  return { type, data, id: uuid(n), timestamp: time(n), parentId: n === 0 ? null : uuid(n - 1), ...fields };
}

const start = record(0, "session.start", {
  sessionId: SESSION,
  copilotVersion: "1.0.78",
  selectedModel: "auto",
  context: PLACE,
});

const answer = (n: number, content: string, fields: object = {}): object =>
  record(n, "assistant.message", {
    messageId: `m${n}`,
    requestId: `r${n}`,
    model: "gpt-test",
    content,
    outputTokens: 10,
    ...fields,
  });

const shutdown = (n: number, input: number, output: number, fields: object = {}): object =>
  record(n, "session.shutdown", {
    shutdownType: "routine",
    modelMetrics: {
      "gpt-test": { usage: { inputTokens: input, outputTokens: output, cacheReadTokens: 30, cacheWriteTokens: 5 } },
    },
    ...fields,
  });

async function read(records: readonly unknown[], name = `${SESSION}/events.jsonl`): Promise<ReadStep[]> {
  const path = join(temporaryFolder(), name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, records.map((one) => `${typeof one === "string" ? one : JSON.stringify(one)}\n`).join(""));
  const steps: ReadStep[] = [];
  for await (const step of copilotSource.read({ path, bytes: 0 })) steps.push(step);
  return steps;
}

async function events(...records: readonly unknown[]): Promise<ImportedEvent[]> {
  return (await read(records)).flatMap((step) => (step.kind === "record" ? step.events : []));
}

async function facts(...records: readonly unknown[]): Promise<RecordFacts[]> {
  return (await read(records)).flatMap((step) =>
    step.kind === "record" && step.facts !== undefined ? [step.facts] : [],
  );
}

const types = (of: readonly ImportedEvent[]): string[] => of.map(({ type }) => type);
const data = (of: readonly ImportedEvent[], type: string): JsonObject[] =>
  of.filter((one) => one.type === type).map((one) => one.data);

it("gives a turn with a tool that is asked for, begun, and done", async () => {
  const request = { toolCallId: "c1", name: "bash", arguments: '{"command":"ls"}', type: "function" };
  const told = await events(
    start,
    record(1, "user.message", { content: "List", transformedContent: "<now>List", attachments: [] }),
    answer(2, "Listing.", { reasoningText: "Use ls.", toolRequests: [request] }),
    record(3, "tool.execution_start", {
      toolCallId: "c1",
      toolName: "bash",
      arguments: { command: "ls" },
      turnId: "0",
    }),
    record(4, "tool.execution_complete", {
      toolCallId: "c1",
      success: true,
      result: {
        content: "a\n<shellId: 0 completed with exit code 2>",
        detailedContent: "a\n<shellId: 0 completed with exit code 2>",
      },
      toolTelemetry: { metrics: { durationMs: 4 } },
    }),
  );
  expect(types(told)).toEqual([
    "session.started",
    "message.sent",
    "reasoning.recorded",
    "message.sent",
    "tool.called",
    "usage.recorded",
    "copilot.tool.execution_start",
    "tool.completed",
  ]);
  expect(data(told, "session.started")[0]).toMatchObject({
    agentVersion: "1.0.78",
    cwd: "/home/me/p",
    branch: "main",
    commit: "abc",
  });
  expect(data(told, "session.started")[0]).not.toHaveProperty("model");
  expect(data(told, "tool.called")[0]).toMatchObject({ callId: "c1", kind: "shell", input: { command: "ls" } });
  expect(data(told, "copilot.tool.execution_start")[0]).not.toHaveProperty("data.arguments");
  expect(data(told, "tool.completed")[0]).toMatchObject({ name: "bash", exitCode: 2, durationMs: 4 });
  expect(told[1]!.actor).toBeUndefined();
});

it("keeps what an answer without words has to it", async () => {
  const toolRequests = [{ toolCallId: "c1", name: "bash", arguments: {} }];
  const told = await events(
    start,
    answer(1, "", { toolRequests, encryptedContent: "AAAA" }),
    answer(2, "", { toolRequests: [] }),
  );
  expect(types(told).slice(1)).toEqual([
    "tool.called",
    "usage.recorded",
    "copilot.assistant.message",
    "usage.recorded",
    "copilot.assistant.message",
  ]);
  expect(data(told, "copilot.assistant.message")[0]).toMatchObject({ data: { encryptedContent: "AAAA" } });
});

it("opens a run with each resume, and ends it", async () => {
  const resume = record(3, "session.resume", {
    resumeTime: time(3),
    eventCount: 3,
    selectedModel: "gpt-test",
    context: PLACE,
  });
  const told = await events(
    start,
    answer(1, "a"),
    shutdown(2, 40, 10),
    resume,
    shutdown(8, 40, 10, { shutdownType: "error", errorReason: "lost" }),
  );
  expect(told.map(({ type, run }) => [type, run])).toEqual([
    ["session.started", 1],
    ["message.sent", 1],
    ["usage.recorded", 1],
    ["usage.recorded", 1],
    ["session.ended", 1],
    ["session.resumed", 2],
    ["session.ended", 2],
  ]);
  expect(data(told, "session.resumed")[0]).toMatchObject({ idleMs: 1000, model: "gpt-test", cwd: "/home/me/p" });
  expect(data(told, "session.ended")).toMatchObject([
    { outcome: "success", durationMs: 2000, reason: "routine" },
    { outcome: "failure", durationMs: 5000, error: "lost" },
  ]);
});

it("sums up to the tokens that the ends of its runs tell", async () => {
  const resume = record(4, "session.resume", { context: PLACE });
  const total = (of: readonly ImportedEvent[]): readonly number[] =>
    (["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens"] as const).map((name) =>
      data(of, "usage.recorded").reduce((sum, usage) => sum + Number(usage[name] ?? 0), 0),
    );
  // Before an end there is the output alone; a message in pieces counts once.
  const first = [start, answer(1, "a"), answer(2, "b", { messageId: "m1", requestId: "r1" })];
  expect(total(await events(...first))).toEqual([0, 10, 0, 0]);
  expect(total(await events(...first, shutdown(3, 135, 12)))).toEqual([100, 12, 30, 5]);
  // Totals go on over a resume, or begin again.
  expect(total(await events(...first, shutdown(3, 135, 12), resume, answer(5, "c"), shutdown(6, 235, 22)))).toEqual([
    200, 22, 30, 5,
  ]);
  expect(total(await events(...first, shutdown(3, 135, 12), resume, answer(5, "c"), shutdown(6, 65, 11)))).toEqual([
    130, 23, 60, 10,
  ]);
});

it("keeps sub-agents inside, with their names", async () => {
  const sub = { agentId: "call_1" };
  const records = [
    start,
    record(
      1,
      "subagent.started",
      { toolCallId: "call_1", agentName: "explore", agentDisplayName: "Explore", model: "gpt-test" },
      sub,
    ),
    record(2, "user.message", { content: "Look", source: "agent-1" }, sub),
    answer(3, "Found", { parentToolCallId: "call_1" }),
    record(4, "subagent.completed", { toolCallId: "call_1", agentName: "explore", durationMs: 9, totalTokens: 1 }, sub),
    record(5, "subagent.failed", { toolCallId: "call_2", agentName: "task", error: "broke" }),
  ];
  const told = await events(...records);
  expect(types(told)).toEqual([
    "session.started",
    "agent.spawned",
    "agent.started",
    "message.sent",
    "message.sent",
    "usage.recorded",
    "agent.completed",
    "agent.failed",
  ]);
  const instance = { agent: "copilot", instance: "call_1", role: "sub-agent" };
  expect(told.slice(1, 5).map(({ actor }) => actor)).toEqual([{ agent: "copilot" }, instance, instance, instance]);
  expect(data(told, "message.sent")[0]).toMatchObject({ role: "user", synthetic: true });
  expect(data(told, "agent.failed")[0]).toMatchObject({ agent: "call_2", error: "broke" });
  const said = await facts(...records);
  expect(said.flatMap(({ subAgent }) => subAgent ?? [])).toEqual([{ id: "call_1", name: "explore", callId: "call_1" }]);
  expect(said.flatMap(({ prompt }) => prompt ?? [])).toEqual([]);
});

it("tells what tools did to files", async () => {
  const tool = (n: number, name: string, input: unknown, fields: object = {}): object[] => [
    record(n, "tool.execution_start", { toolCallId: `c${n}`, toolName: name, arguments: input }),
    record(n + 1, "tool.execution_complete", {
      toolCallId: `c${n}`,
      success: true,
      result: { content: "ok" },
      ...fields,
    }),
  ];
  const directory = { toolTelemetry: { properties: { viewType: "directory" } } };
  const told = await events(
    start,
    ...tool(1, "view", { path: "/a", view_range: [3, 5] }),
    ...tool(3, "view", { path: "/" }, directory),
    ...tool(5, "create", { path: "/b", file_text: "ä" }),
    ...tool(7, "edit", { path: "/c", old_str: "x", new_str: "y" }),
    ...tool(9, "apply_patch", "*** Begin Patch\n*** Add File: d\n+1\n*** Delete File: e\n*** End Patch"),
    ...tool(11, "edit", { path: "/f" }, { success: false, error: { message: "no", code: "rejected" } }),
  );
  expect(data(told, "file.read")).toEqual([{ path: "/a", callId: "c1", startLine: 3, lines: 3 }]);
  expect(data(told, "file.written").map(({ path, change }) => [path, change])).toEqual([
    ["/b", "created"],
    ["/c", "modified"],
    ["d", "created"],
  ]);
  expect(data(told, "file.deleted")).toEqual([{ path: "e", callId: "c9" }]);
  expect(data(told, "tool.failed")).toMatchObject([
    { callId: "c11", error: "no", details: { error: { code: "rejected" } } },
  ]);
});

it("maps models, compactions, permissions, notes of the program; and keeps the rest", async () => {
  const told = await events(
    start,
    record(1, "session.model_change", { previousModel: "auto", newModel: "gpt-test", cause: "rate_limit" }),
    record(2, "session.compaction_complete", {
      success: true,
      preCompactionTokens: 9,
      postCompactionTokens: 2,
      summaryContent: "S",
      trigger: "manual",
    }),
    record(3, "session.compaction_complete", { success: false, error: "x" }),
    record(4, "permission.requested", { requestId: "p1", permissionRequest: { kind: "shell", toolCallId: "c1" } }),
    record(5, "permission.completed", { requestId: "p1", result: { kind: "approved-for-session" } }),
    record(6, "permission.completed", { requestId: "p2", result: { kind: "denied-by-rules" } }),
    record(7, "session.error", { errorType: "rate_limit", message: "Slow down", statusCode: 429 }),
    record(8, "session.usage_checkpoint", { totalNanoAiu: 1 }),
    record(9, "abort", { reason: "user" }),
    { type: "constructor", data: [], id: 5, timestamp: "1", parentId: {} },
  );
  expect(types(told).slice(1)).toEqual([
    "model.switched",
    "context.compacted",
    "copilot.session.compaction_complete",
    "permission.asked",
    "permission.granted",
    "copilot.permission.completed",
    "message.sent",
    "copilot.session.usage_checkpoint",
    "copilot.abort",
    "copilot.constructor",
  ]);
  expect(data(told, "model.switched")[0]).toMatchObject({ from: "auto", to: "gpt-test", reason: "rate_limit" });
  expect(data(told, "context.compacted")[0]).toMatchObject({
    trigger: "manual",
    preTokens: 9,
    postTokens: 2,
    summary: "S",
  });
  expect(data(told, "permission.granted")[0]).toMatchObject({
    permission: "shell",
    permissionId: "p1",
    scope: "session",
  });
  expect(told.at(-1)!.meta).toEqual({ copilot: { timeInferred: true } });
});

it("says what the session is about", async () => {
  const said = await facts(
    start,
    record(1, "user.message", { content: "/help me" }),
    record(2, "user.message", { content: "Go on", isAutopilotContinuation: true }),
    record(3, "session.auto_mode_resolved", { chosenModel: "gpt-test" }),
    record(4, "user.message", { content: "Typed" }),
    record(5, "session.title_changed", { title: "T" }),
  );
  expect(said[0]).toEqual({ time: time(0), uuid: uuid(0), cwd: "/home/me/p", branch: "main", commit: "abc" });
  expect(said.flatMap(({ prompt }) => prompt ?? [])).toEqual(["Typed"]);
  expect(said.flatMap(({ model }) => model ?? [])).toEqual(["gpt-test"]);
  expect(said.flatMap(({ title }) => title ?? [])).toEqual([{ text: "T" }]);
  expect(said[4]).toMatchObject({ uuid: uuid(4), parentUuid: uuid(3) });
  const detached = record(0, "session.start", { sessionId: "b", detachedFromSpawningParentSessionId: SESSION });
  expect((await facts(detached))[0]!.link).toEqual({ kind: "continuation", native: SESSION });
});

it("gives each of two sessions in one file its own, and one that is there twice its events once", async () => {
  const second = record(9, "session.start", { sessionId: "22222222-2222-4222-8222-222222222222" });
  const steps = await read([start, answer(1, "a"), second, answer(10, "b")]);
  expect(
    steps.map((step) => (step.kind === "record" ? step.nativeSession : step.kind)).map((one) => one.slice(0, 1)),
  ).toEqual(["1", "1", "2", "2"]);
  const once = [start, answer(1, "a"), shutdown(2, 40, 11), record(3, "session.resume", {}), shutdown(4, 50, 11)];
  const twice = await events(...once, ...once);
  const ids = (of: readonly ImportedEvent[]): ReadonlySet<string> => new Set(of.map(({ id, run }) => `${id} ${run}`));
  expect(ids(twice)).toEqual(ids(await events(...once)));
});

it("begins a session whose first line is lost, under the name of its folder", async () => {
  const steps = await read(['{"type":"session.st', answer(1, "a")]);
  expect(steps.map(({ kind }) => kind)).toEqual(["bad", "record"]);
  expect(steps[1]).toMatchObject({
    nativeSession: SESSION,
    events: [{ type: "session.started" }, { type: "message.sent" }, {}],
  });
});

it("leaves files that are not its own", async () => {
  const others: readonly unknown[] = [
    {
      seq: 0,
      id: "evt_1",
      time: time(1),
      type: "message.sent",
      data: {},
      session: "sess_1",
      writer: "w",
      prev: "",
      crc: "",
    },
    { seq: 91, ts: time(1), kind: "transcript_new", session_id: SESSION },
    { type: "message", id: "a", parentId: null, timestamp: time(1), message: {} },
    { type: "custom", id: "a", parentId: null, timestamp: time(1), data: {} },
    { type: "user", uuid: uuid(1), sessionId: SESSION, message: {} },
    { timestamp: time(1), type: "session_meta", payload: { id: SESSION } },
    {},
  ];
  for (const other of others) expect(await read([other, other])).toMatchObject([{ kind: "foreign" }]);
  expect(await read([])).toMatchObject([{ kind: "foreign" }]);
});
