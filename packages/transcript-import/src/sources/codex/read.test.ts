import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deriveSessionId, type JsonObject } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { hookCallId, hookPromptId, hookResultId } from "../../hooks/hook-event-id.js";
import {
  call,
  event,
  id,
  item,
  jsonl,
  line,
  message,
  meta,
  output,
  prompt,
  read,
  readFile,
  shown,
  THREAD,
  time,
  turn,
  types,
} from "../../testing/rollouts.js";
import { temporaryFolder } from "../../testing/stores.js";
import { prompt as claudePrompt } from "../../testing/transcripts.js";

const natives = async (lines: readonly (JsonObject | string)[], name?: string): Promise<readonly string[]> => [
  ...new Set((await read(lines, name)).records.map(({ nativeSession }) => nativeSession)),
];

describe("a file", () => {
  const item = { type: "message", role: "user", content: [{ type: "input_text", text: "x" }] };

  it.each<[string, JsonObject]>([
    ["today's form", meta(0)],
    ["without its beginning", event(0, "user_message", { message: "x" })],
    ["the old form", { id: THREAD, timestamp: time(0), instructions: null }],
    ["an old item", item],
    ["an old call", { type: "function_call", name: "shell", arguments: "{}", call_id: "c" }],
    ["an old result", { type: "function_call_output", call_id: "c", output: "x" }],
    ["old reasoning", { type: "reasoning", summary: [] }],
    ["an old state", { record_type: "state" }],
  ])("is Codex's: %s", async (_, record) => {
    expect((await read([record])).steps[0]?.kind).toBe("record");
  });

  it.each<[string, JsonObject | string]>([
    ["Claude Code's", claudePrompt(0, "x")],
    ["agentlog's", { seq: 0, id: "evt_x", time: time(0), type: "session.started", data: {}, crc: "0" }],
    ["Gemini's", { sessionId: THREAD, projectHash: "x", startTime: time(0), kind: "main" }],
    ["Gemini's message", { id: "1", timestamp: time(0), type: "user", content: "x" }],
    ["Copilot's", { type: "session.start", id: "1", timestamp: time(0), parentId: null, data: { sessionId: THREAD } }],
    ["pi's header", { type: "session", version: 3, id: THREAD, timestamp: time(0), cwd: "/" }],
    ["pi's message", { type: "message", id: "1", parentId: null, message: { role: "user", content: [item] } }],
    ["the output of `codex exec --json`", { type: "thread.started", thread_id: THREAD }],
    ["Codex's list of prompts", { session_id: THREAD, ts: 1, text: "x" }],
    ["an unknown envelope", { type: "event", payload: {} }],
    ["a payload that is none", { type: "event_msg", payload: "x" }],
    ["text", "hello"],
    ["an object of nobody", {}],
  ])("is not Codex's: %s", async (_, record) => {
    expect((await read([record])).steps).toMatchObject([{ kind: "foreign" }]);
  });

  it("that is empty is not Codex's", async () => {
    expect((await read([])).steps).toMatchObject([{ kind: "foreign", end: 0 }]);
  });
});

describe("the session", () => {
  const other = id(5);

  it("is the one of the first line, whatever the file is called", async () => {
    expect(await natives([meta(0), message(1, "user", "x")], "full.jsonl")).toEqual([THREAD]);
    expect(await natives([meta(0)], `rollout-2026-05-06T09-08-09-${other}.jsonl`)).toEqual([THREAD]);
  });

  it("is the one of the file's name where the first line is lost, for a later one may be an ancestor's", async () => {
    const name = `rollout-2026-05-06T09-08-09-${other}.jsonl`;
    expect(await natives(["{half", meta(0, { forked_from_id: id(1) })], name)).toEqual([other]);
    expect((await read(["{half", meta(0, { forked_from_id: id(1) })], name)).facts[0]).not.toHaveProperty("link");
    expect(await natives([message(1, "user", "x")], name)).toEqual([other]);
    expect(await natives(["{half", meta(0)], "full.jsonl")).toEqual([THREAD]);
    expect(await natives([message(1, "user", "x")], "full.jsonl")).toEqual(["full"]);
    expect(await natives([meta(0, { id: "x".repeat(1025) })], name)).toEqual([other]);
  });

  it("is derived from that id", async () => {
    const { records } = await read([meta(0)]);
    expect(records[0]?.session).toBe(deriveSessionId("codex", THREAD));
  });
});

describe("the old form", () => {
  const OLD: readonly JsonObject[] = [
    { id: THREAD, timestamp: time(7), instructions: null, git: { branch: "old", commit_hash: "abc" } },
    { record_type: "state" },
    { type: "message", role: "user", content: [{ type: "input_text", text: "<environment_context>" }] },
    { type: "message", role: "user", content: [{ type: "input_text", text: "go on" }] },
    { type: "reasoning", id: "rs_1", summary: [{ type: "summary_text", text: "Hm" }] },
    { type: "function_call", id: "fc_1", name: "shell", arguments: '{"command":["ls"]}', call_id: "call_1" },
    { record_type: "state" },
    {
      type: "function_call_output",
      call_id: "call_1",
      output: '{"output":"a","metadata":{"exit_code":0,"duration_seconds":0}}',
    },
    { type: "message", role: "user", content: [{ type: "input_text", text: "go on" }] },
  ];

  it("is read as today's, with the times of the records before", async () => {
    const reading = await read(OLD);
    expect(types(reading)).toEqual([
      "codex.state",
      "message.sent",
      "message.sent",
      "reasoning.recorded",
      "tool.called",
      "codex.state",
      "tool.completed",
      "message.sent",
    ]);
    expect(new Set(reading.events.map(({ time: at }) => at))).toEqual(new Set([time(7)]));
    expect(reading.events[0]).toMatchObject({ type: "session.started", data: { branch: "old", commit: "abc" } });
    expect(reading.events.slice(1).every(({ meta: about }) => about?.["codex"] !== undefined)).toBe(true);
    expect(reading.facts.flatMap(({ prompt: typed }) => typed ?? [])).toEqual(["go on", "go on"]);
  });

  it("says the same twice when it was said twice", async () => {
    const { events } = await read(OLD);
    expect(new Set(events.map((one) => one.id)).size).toBe(events.length);
  });

  it("may go on in today's", async () => {
    expect(types(await read([...OLD, ...turn(50), ...prompt(50, "new")])).slice(-4)).toEqual([
      "codex.task_started",
      "model.switched",
      "message.sent",
      "codex.user_message",
    ]);
  });
});

describe("a time", () => {
  it("is the record's own, in UTC; without one it is that of the record before", async () => {
    const zone = { ...message(1, "user", "x"), timestamp: "2026-05-06T09:08:11.5+02:00" };
    const none = { type: "response_item", payload: { type: "message", role: "user", content: "y" } };
    const { events, facts } = await read([meta(0), zone, none, { ...none, timestamp: "yesterday" }]);
    expect(events.map(({ time: at, meta: about }) => [at, about])).toEqual([
      [time(0), undefined],
      ["2026-05-06T07:08:11.500Z", undefined],
      ["2026-05-06T07:08:11.500Z", { codex: { timeInferred: true } }],
      ["2026-05-06T07:08:11.500Z", { codex: { timeInferred: true } }],
    ]);
    expect(facts.map(({ time: at }) => at)).toEqual([time(0), "2026-05-06T07:08:11.500Z", undefined, undefined]);
  });

  it("is in the thread's id where nothing else says it, else that of the file", async () => {
    expect((await read([{ type: "session_meta", payload: { id: id(42) } }])).events[0]?.time).toBe(time(42));
    const path = join(temporaryFolder(), "x.jsonl");
    writeFileSync(path, jsonl([{ type: "session_meta", payload: { id: "named" } }]));
    utimesSync(path, new Date(time(1)), new Date(time(2)));
    expect((await readFile(path)).events[0]?.time).toBe(time(2));
  });
});

describe("ids", () => {
  it("are the same each time and different for each event", async () => {
    const lines = [meta(0), ...turn(1), ...prompt(1, "x"), call(2, "call_1", "shell", {}), output(3, "call_1", "y")];
    const [first, second] = [await read(lines), await read(lines, "moved.jsonl")];
    const of = ({ events }: typeof first): readonly string[] => events.map((one) => one.id);
    expect(of(first)).toEqual(of(second));
    expect(new Set(of(first)).size).toBe(first.events.length);
  });

  it("are known by those that a hook gives to prompts and tools", async () => {
    const callId = "call_0123456789abcdefghij";
    const { records, events } = await read([
      meta(0),
      ...turn(1),
      ...prompt(1, "Hello\n"),
      message(1, "user", "<environment_context>"),
      call(2, callId, "shell", { command: ["ls"] }),
      output(3, callId, "Exit code: 1"),
    ]);
    const known = new Map(records.flatMap(({ alsoKnownAs }) => [...(alsoKnownAs ?? [])]));
    const named = events.flatMap((one) => (known.has(one.id) ? [[one.type, ...known.get(one.id)!]] : []));
    expect(named).toEqual([
      ["message.sent", hookPromptId("codex", THREAD, id(1, 1), "Hello")],
      ["tool.called", hookCallId("codex", THREAD, callId, null)],
      ["tool.failed", hookResultId("codex", THREAD, callId, null)],
    ]);
  });
});

describe("hostile content", () => {
  it("bad lines are named and the rest is read", async () => {
    const { steps, records } = await read([meta(0), "{half", "[1]", "\0\0", message(1, "user", "x")]);
    expect(steps.map((step) => (step.kind === "bad" ? step.reason : step.kind))).toEqual([
      "record",
      "not-json",
      "not-an-object",
      "nul",
      "record",
    ]);
    expect(records).toHaveLength(2);
  });

  it("keys that are dangerous elsewhere are data here", async () => {
    const own = '{"__proto__":{"polluted":1},"constructor":{"x":1},"toString":"x"}';
    const lines = [
      `{"timestamp":"${time(1)}","type":"event_msg","payload":{"type":"patch_apply_end","call_id":"__proto__","success":true,"changes":{"__proto__":{"type":"add","content":"x"}}}}`,
      `{"timestamp":"${time(1)}","type":"__proto__","payload":${own}}`,
      `{"timestamp":"${time(1)}","type":"response_item","payload":{"type":"constructor"}}`,
      `{"timestamp":"${time(1)}","type":"response_item","payload":{"type":"function_call","name":"constructor","call_id":"toString","arguments":${JSON.stringify(own)}}}`,
    ];
    const reading = await read([meta(0), ...lines]);
    expect(types(reading)).toEqual(["file.written", "codex.__proto__", "codex.constructor", "tool.called"]);
    expect(shown(reading)[0]?.[1]["path"]).toBe("/home/me/project/__proto__");
    expect(JSON.stringify(shown(reading)[3]?.[1]["input"])).toBe(own);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });

  it("long texts are kept whole", async () => {
    const text = "x\u{1F600}".repeat(1_000_000);
    const events = shown(
      await read([meta(0), message(1, "user", text), item(1, "function_call", { name: text, call_id: text })]),
    );
    expect(events[0]?.[1]["text"]).toBe(text);
    expect(events[1]?.[1]["callId"]).toBe(text);
    const type = (await read([meta(0), line(1, text, {})])).events.at(-1)?.type;
    expect(type?.length).toBeLessThan(100);
  });
});
