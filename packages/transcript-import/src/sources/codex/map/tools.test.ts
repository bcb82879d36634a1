import { deriveSessionId, type JsonObject } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { call, CWD, event, item, line, meta, output, read, shown, types } from "../../../testing/rollouts.js";

const map = async (...lines: readonly JsonObject[]): Promise<readonly (readonly [string, JsonObject])[]> =>
  shown(await read([meta(0), ...lines]));
const mapTypes = async (...lines: readonly JsonObject[]): Promise<readonly string[]> =>
  types(await read([meta(0), ...lines]));

describe("tools", () => {
  it("are called and complete by call id", async () => {
    const events = await map(
      call(1, "call_1", "shell_command", { command: "ls", workdir: CWD }),
      output(2, "call_1", "Exit code: 0\nWall time: 0.1 seconds\nOutput:\na.txt\n"),
    );
    expect(events).toEqual([
      [
        "tool.called",
        { callId: "call_1", name: "shell_command", kind: "shell", input: { command: "ls", workdir: CWD } },
      ],
      [
        "tool.completed",
        {
          callId: "call_1",
          name: "shell_command",
          kind: "shell",
          output: "Exit code: 0\nWall time: 0.1 seconds\nOutput:\na.txt\n",
          durationMs: 100,
          exitCode: 0,
        },
      ],
    ]);
  });

  it.each([
    ["Exit code: 2\nWall time: 0.1 seconds\nOutput:\nno", { exitCode: 2 }],
    ["Chunk ID: 1\nWall time: 0.3 seconds\nProcess exited with code 127\nOutput:\nno", { exitCode: 127 }],
    [
      '{"output":"no","metadata":{"exit_code":1,"duration_seconds":1.5}}',
      { exitCode: 1, durationMs: 1500, error: "no" },
    ],
    ["aborted by user after 3.4s", { interrupted: true }],
    ["Script failed\nWall time 0.2 seconds\nOutput:\n", {}],
  ])("fail as their output says: %s", async (text, expected) => {
    const events = await map(call(1, "call_1", "shell", { command: ["x"] }), output(2, "call_1", text));
    expect(events.at(-1)).toMatchObject(["tool.failed", { callId: "call_1", ...expected }]);
  });

  it("do not fail because of what a program printed", async () => {
    const text = "Exit code: 0\nWall time: 1 seconds\nOutput:\nExit code: 1\naborted by user";
    expect(await mapTypes(call(1, "call_1", "shell", {}), output(2, "call_1", text))).toEqual([
      "tool.called",
      "tool.completed",
    ]);
    expect(await mapTypes(output(2, "call_2", "See:\nExit code: 1"))).toEqual(["tool.completed"]);
  });

  it("are denied when a person did not let them run", async () => {
    const events = await map(call(1, "call_1", "shell", {}), output(2, "call_1", "exec command rejected by user"));
    expect(events.slice(1)).toMatchObject([
      ["permission.denied", { permission: "shell", callId: "call_1", by: "person" }],
      ["tool.failed", { callId: "call_1", interrupted: true }],
    ]);
  });

  it("of every other form too", async () => {
    const events = await map(
      item(1, "custom_tool_call", { call_id: "c1", name: "exec", input: "1 + 1", status: "completed" }),
      item(1, "custom_tool_call_output", { call_id: "c1", output: [{ type: "input_text", text: "2" }] }),
      item(1, "local_shell_call", { call_id: "c2", status: "completed", action: { type: "exec", command: ["ls"] } }),
      item(1, "web_search_call", { id: "ws_1", status: "completed", action: { type: "search", query: "q" } }),
      event(1, "web_search_end", { call_id: "ws_1", query: "q" }),
      item(1, "tool_search_call", { call_id: "c3", arguments: { query: "q" } }),
      item(1, "tool_search_output", { call_id: "c3", tools: [] }),
    );
    expect(events.map(([type, { callId, name, kind }]) => [type, callId, name, kind])).toEqual([
      ["tool.called", "c1", "exec", "other"],
      ["tool.completed", "c1", "exec", "other"],
      ["tool.called", "c2", "local_shell", "shell"],
      ["tool.called", "ws_1", "web_search", "web"],
      ["tool.completed", "ws_1", "web_search", "web"],
      ["codex.web_search_end", undefined, undefined, undefined],
      ["tool.called", "c3", "tool_search", "other"],
      ["tool.completed", "c3", "tool_search", "other"],
    ]);
  });

  it("of the provider are told once, also where only one of the records has an id", async () => {
    const action = { type: "search", query: "q" };
    const [begun, done] = [
      item(1, "web_search_call", { status: "completed", action }),
      event(1, "web_search_end", { call_id: "ws_1", query: "q", action }),
    ];
    const once = ["tool.called", "tool.completed"];
    expect(await mapTypes(done, begun)).toEqual([...once, "codex.web_search_call"]);
    expect(await mapTypes(begun, done)).toEqual([...once, "codex.web_search_end"]);
    expect(await mapTypes(begun, { ...begun, timestamp: "2026-05-06T07:09:00.000Z" })).toEqual([...once, ...once]);
  });

  it("of MCP servers are told once, by the item or by the event", async () => {
    const end = event(2, "mcp_tool_call_end", {
      call_id: "c1",
      invocation: { server: "s", tool: "t", arguments: { a: 1 } },
      duration: { secs: 1, nanos: 500_000_000 },
      result: { Err: "broken" },
    });
    expect(await map(end)).toMatchObject([
      ["tool.called", { callId: "c1", name: "mcp__s__t", input: { a: 1 } }],
      ["tool.failed", { callId: "c1", error: "broken", durationMs: 1500 }],
    ]);
    const both = await map(call(1, "c1", "mcp__s__t", { a: 1 }), end, output(3, "c1", "err"));
    expect(both).toMatchObject([
      ["tool.called", { callId: "c1" }],
      ["codex.mcp_tool_call_end", {}],
      ["tool.failed", { callId: "c1", error: "err", durationMs: 1500 }],
    ]);
  });
});

describe("effects", () => {
  const PATCH = [
    "*** Begin Patch",
    "*** Add File: a.txt",
    "+one",
    "+two",
    "*** Update File: b.txt",
    "*** Move to: c.txt",
    "@@",
    " same",
    "-old",
    "+new",
    "*** Delete File: /abs/d.txt",
    "*** End Patch",
  ].join("\n");
  const patchCall = item(1, "custom_tool_call", { call_id: "c1", name: "apply_patch", input: PATCH });
  const written = (callId: string): readonly unknown[] => [
    ["file.written", { path: `${CWD}/a.txt`, callId, change: "created", addedLines: 2, removedLines: 0 }],
    ["file.deleted", { path: `${CWD}/b.txt`, callId }],
    ["file.written", { path: `${CWD}/c.txt`, callId, change: "created", addedLines: 1, removedLines: 1 }],
    ["file.deleted", { path: "/abs/d.txt", callId }],
  ];

  it("on files are those of a patch that was applied", async () => {
    const done = item(2, "custom_tool_call_output", { call_id: "c1", output: "Exit code: 0\nOutput:\nSuccess." });
    expect((await map(patchCall, done)).slice(2)).toEqual(written("c1"));
    const shell = call(1, "c2", "shell", { command: ["bash", "-lc", `apply_patch <<'EOF'\n${PATCH}\nEOF`] });
    expect((await map(shell, output(2, "c2", "Success."))).slice(2)).toEqual(written("c2"));
    const failed = item(2, "custom_tool_call_output", { call_id: "c1", output: "Exit code: 1\nOutput:\nno" });
    expect(await mapTypes(patchCall, failed)).toEqual(["tool.called", "tool.failed"]);
  });

  it("on files are told once where the end of the patch is told too", async () => {
    const end = event(2, "patch_apply_end", {
      call_id: "c1",
      success: true,
      changes: {
        "/p/a.txt": { type: "add", content: "one\ntwo\n" },
        "/p/b.txt": { type: "update", unified_diff: "@@ -1 +1 @@\n-old\n+new\n", move_path: null },
        "/p/d.txt": { type: "delete", content: "x" },
      },
    });
    const done = item(3, "custom_tool_call_output", { call_id: "c1", output: "Exit code: 0\nOutput:\nSuccess." });
    expect((await map(patchCall, end, done)).slice(1)).toMatchObject([
      ["file.written", { path: "/p/a.txt", change: "created", addedLines: 2, bytes: 8 }],
      ["file.written", { path: "/p/b.txt", change: "modified", addedLines: 1, removedLines: 1 }],
      ["file.deleted", { path: "/p/d.txt" }],
      ["tool.completed", { callId: "c1" }],
    ]);
  });

  it("on processes are those that Codex says it ran, and tell how the tool went", async () => {
    const end = event(2, "exec_command_end", {
      call_id: "c1",
      command: ["bash", "-lc", "false"],
      cwd: CWD,
      exit_code: 1,
      duration: { secs: 0, nanos: 5_000_000 },
      status: "failed",
    });
    const events = await map(
      event(1, "exec_command_begin", { call_id: "c1", command: ["bash", "-lc", "false"], cwd: CWD }),
      call(1, "c1", "exec_command", { cmd: "false" }),
      end,
      output(3, "c1", ""),
    );
    expect(events).toMatchObject([
      ["process.started", { command: ["bash", "-lc", "false"], cwd: CWD, callId: "c1" }],
      ["tool.called", { callId: "c1" }],
      ["process.completed", { command: ["bash", "-lc", "false"], exitCode: 1, durationMs: 5, callId: "c1" }],
      ["tool.failed", { callId: "c1", exitCode: 1, durationMs: 5 }],
    ]);
    const declined = event(2, "exec_command_end", { call_id: "c1", command: ["rm"], status: "declined" });
    expect(await mapTypes(declined)).toEqual(["permission.denied"]);
  });
});

describe("agents and permissions", () => {
  it("a sub-agent is spawned once and returns", async () => {
    const child = "019f0000-0000-7000-8000-000000000001";
    const events = await map(
      call(1, "c1", "spawn_agent", { message: "Look" }),
      event(2, "collab_agent_spawn_end", {
        call_id: "c1",
        new_thread_id: child,
        new_agent_role: "explorer",
        prompt: "Look",
      }),
      output(3, "c1", JSON.stringify({ agent_id: child })),
      event(4, "collab_waiting_end", { call_id: "c2", statuses: { [child]: { completed: "Seen" } } }),
      event(5, "collab_close_end", { call_id: "c3", receiver_thread_id: child, status: { completed: "Seen" } }),
    );
    expect(events).toMatchObject([
      ["tool.called", { kind: "sub-agent" }],
      [
        "agent.spawned",
        { agent: child, session: deriveSessionId("codex", child), role: "explorer", prompt: "Look", callId: "c1" },
      ],
      ["tool.completed", {}],
      ["agent.returned", { agent: child, summary: "Seen", callId: "c2" }],
      ["codex.collab_close_end", {}],
    ]);
    expect(
      await mapTypes(call(1, "c1", "spawn_agent", {}), output(2, "c1", JSON.stringify({ agent_id: child }))),
    ).toEqual(["tool.called", "tool.completed", "agent.spawned"]);
  });

  it("what is asked of a person or of a guardian is told with its answer", async () => {
    const judged = (status: string): JsonObject =>
      event(1, "guardian_assessment", {
        id: "g1",
        target_item_id: "c1",
        status,
        action: { type: "command", command: "rm x" },
      });
    const events = await map(
      event(1, "exec_approval_request", { call_id: "c1", command: ["rm", "x"] }),
      judged("in_progress"),
      judged("approved"),
      judged("denied"),
      judged("aborted"),
    );
    expect(events.map(([type, { permission, callId }]) => [type, permission, callId])).toEqual([
      ["permission.asked", "rm x", "c1"],
      ["permission.asked", "rm x", "c1"],
      ["permission.granted", "rm x", "c1"],
      ["permission.denied", "rm x", "c1"],
      ["codex.guardian_assessment", undefined, undefined],
    ]);
  });
});

describe("what has no kind", () => {
  it.each([
    line(1, "world_state", { full: true }),
    line(1, "Something/../New", { any: [1] }),
    event(1, "task_complete", { last_agent_message: "x" }),
    event(1, "token_usage_record", { input_tokens: 5 }),
    item(1, "ghost_snapshot", { ghost_commit: {} }),
    item(1, "function_call", { name: "no id" }),
    item(1, "message", { role: "stranger", content: "x" }),
  ])("is kept whole: %j", async (record) => {
    const [[type, data]] = (await map(record)) as [readonly [string, JsonObject]];
    expect(type).toMatch(/^codex\.[a-z0-9._-]+$/);
    expect(data).toEqual(record);
  });
});

it("a patch of very many files is kept as it is", async () => {
  const changes = Object.fromEntries(Array.from({ length: 10_001 }, (_, n) => [`/${n}`, { type: "add", content: "" }]));
  expect(await mapTypes(event(1, "patch_apply_end", { call_id: "c1", success: true, changes }))).toEqual([
    "codex.patch_apply_end",
  ]);
});
