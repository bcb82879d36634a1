import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createDirectoryLock, nodeDisk, openStore } from "@agentlog/durable-fs";
import { openRegistry } from "@agentlog/session-registry";
import { agentlogError, deriveSessionId, newSessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { claudePayload, hookStore, listeningRegistry } from "../testing/hooks.js";
import { temporaryFolder, testStore } from "../testing/stores.js";

const CALL = "toolu_01ABCDEFGHIJKLMNOPQRSTUV";
const types = (events: readonly { readonly type: string }[]): readonly string[] => events.map(({ type }) => type);

describe("drainHooks", () => {
  it("takes a session's calls in, in order, and empties the spool", async () => {
    const store = hookStore();
    const registry = listeningRegistry();
    store.capture(claudePayload("SessionStart", { source: "startup", model: "opus" }), { at: 0 });
    store.capture(claudePayload("UserPromptSubmit", { prompt: "Fix it", prompt_id: "p1" }), { at: 5 });
    store.capture(claudePayload("PreToolUse", { tool_name: "Bash", tool_input: { command: "ls" }, tool_use_id: CALL }));
    store.capture(
      claudePayload("PostToolUse", { tool_name: "Bash", tool_use_id: CALL, tool_response: { stdout: "" } }),
    );
    store.capture(claudePayload("Stop", { last_assistant_message: "Done" }));
    store.capture(claudePayload("SessionEnd", { reason: "other" }));
    const report = await store.drain({ registry });
    expect(report).toEqual({
      drained: 6,
      events: 6,
      sessions: [deriveSessionId("claude", "s1")],
      pending: 0,
      unreadable: [],
    });
    const events = await store.events("s1");
    expect(types(events)).toEqual([
      "session.started",
      "message.sent",
      "tool.called",
      "tool.completed",
      "claude.hook.stop",
      "session.ended",
    ]);
    expect(events[1]).toMatchObject({
      time: "2026-07-01T12:00:00.005Z",
      data: { role: "user", text: "Fix it" },
      source: { kind: "hook", agent: "claude", nativeSession: "s1" },
      meta: { claude: { hook: "UserPromptSubmit", promptId: "p1" } },
    });
    expect([store.waiting(), existsSync(store.layout.hookSpool)]).toEqual([0, false]);
    expect(registry.told.map(({ native, hook }) => [native, hook])).toEqual([
      ["s1", { source: "startup", process: "1-1" }],
      ["s1", undefined],
      ["s1", { process: "1-1" }],
    ]);
    expect(registry.told[1]).toMatchObject({ prompt: "Fix it", cwd: "/work/repo", agent: "claude" });
  });

  it("makes one event of what a plugin and a settings file both report, also when it is drained in between", async () => {
    for (const drainBetween of [false, true]) {
      const store = hookStore();
      for (const at of [1_990, 2_010]) {
        store.capture(claudePayload("SessionStart", { source: "resume" }), { at });
        store.capture(claudePayload("Notification", { message: "Waiting" }), { at });
        if (drainBetween) await store.drain();
      }
      await store.drain();
      expect(types(await store.events("s1"))).toEqual(["session.resumed", "claude.hook.notification"]);
      // Later it is another one.
      store.capture(claudePayload("SessionStart", { source: "resume" }), { at: 60_000 });
      await store.drain();
      expect(await store.events("s1")).toHaveLength(3);
    }
  });

  it("keeps calls whose counted ids come again with another input", async () => {
    const store = hookStore();
    for (const command of ["ls", "ls", "pwd"])
      store.capture(claudePayload("PreToolUse", { tool_name: "Bash", tool_input: { command }, tool_use_id: "call_0" }));
    await store.drain();
    expect((await store.events("s1")).map(({ data }) => data)).toMatchObject([
      { input: { command: "ls" } },
      { input: { command: "pwd" } },
    ]);
  });

  it("gives nothing to a session that nothing confirms, and sets it aside after an hour", async () => {
    const store = hookStore();
    store.capture(claudePayload("InstructionsLoaded", { file_path: "/a" }, "437540c8"), { at: 0 });
    store.capture(claudePayload("SessionStart", { source: "resume" }, "real"), { at: 10 });
    expect(await store.drain()).toMatchObject({ drained: 1, pending: 1, unreadable: [] });
    expect([store.waiting(), await store.events("437540c8")]).toEqual([1, []]);
    const later = await store.drain({ now: () => new Date("2026-07-01T13:00:00.001Z") });
    expect(later).toMatchObject({ drained: 0, pending: 0, unreadable: [{ reason: "unconfirmed-session" }] });
    expect([store.waiting(), existsSync(later.unreadable[0]!.path), await store.events("437540c8")]).toEqual([
      0,
      true,
      [],
    ]);
  });

  it.each(["a later hook of the same drain", "a later drain", "its log", "its transcript"])(
    "takes what waited once the session is confirmed by %s",
    async (by) => {
      const store = hookStore();
      const transcript = join(temporaryFolder(), "s1.jsonl");
      const early = { ...claudePayload("InstructionsLoaded"), transcript_path: transcript };
      const confirm = (): unknown => store.capture(claudePayload("UserPromptSubmit", { prompt: "x", prompt_id: "p" }));
      if (by === "its log") {
        confirm();
        await store.drain();
      }
      store.capture(early);
      if (by === "a later drain") expect(await store.drain()).toMatchObject({ pending: 1, drained: 0 });
      if (by === "its transcript") writeFileSync(transcript, "");
      else if (by !== "its log") confirm();
      expect(await store.drain()).toMatchObject({ pending: 0, unreadable: [] });
      expect(types(await store.events("s1"))).toContain("claude.hook.instructions-loaded");
      expect(store.waiting()).toBe(0);
    },
  );

  it("tells the registry of a clear on both sides, in their order, with the process", async () => {
    const store = hookStore();
    const registry = listeningRegistry();
    store.capture(claudePayload("UserPromptSubmit", { prompt: "a", prompt_id: "p" }, "old"), { process: "7-1" });
    store.capture(claudePayload("SessionEnd", { reason: "clear" }, "old"), { process: "7-1" });
    store.capture(claudePayload("SessionStart", { source: "clear" }, "new"), { process: "7-1" });
    await store.drain({ registry });
    expect(registry.told.map(({ native, hook }) => [native, hook])).toEqual([
      ["old", undefined],
      ["old", { process: "7-1", endedByClear: true }],
      ["new", { process: "7-1", source: "clear" }],
    ]);
  });

  it("makes a registry join what a clear parted, and only that", async () => {
    const store = hookStore();
    const registry = openRegistry(openStore(store.layout.root));
    try {
      store.capture(claudePayload("UserPromptSubmit", { prompt: "a", prompt_id: "p" }, "old"), {
        at: 0,
        process: "7-1",
      });
      store.capture(claudePayload("SessionEnd", { reason: "clear" }, "old"), { at: 10, process: "7-1" });
      store.capture(claudePayload("SessionStart", { source: "clear" }, "new"), { at: 20, process: "7-1" });
      store.capture(claudePayload("SessionStart", { source: "clear" }, "other"), { at: 30, process: "8-1" });
      store.capture(claudePayload("InstructionsLoaded", {}, "437540c8"), { at: 40, process: "7-1" });
      expect(await store.drain({ registry })).toMatchObject({ drained: 4, pending: 1 });
      expect((await registry.byNative("claude", "new"))?.parent).toMatchObject({
        session: deriveSessionId("claude", "old"),
        kind: "clear",
      });
      expect((await registry.byNative("claude", "other"))?.parent).toBeUndefined();
      expect(await registry.byNative("claude", "437540c8")).toBeUndefined();
      expect(await registry.find()).toHaveLength(3);
    } finally {
      await registry.close();
    }
  });

  it("passes on the session that a writer has given to the process", async () => {
    const store = hookStore();
    const registry = listeningRegistry();
    const session = newSessionId();
    store.capture(claudePayload("SessionStart", { source: "startup" }), { session });
    await store.drain({ registry });
    expect(registry.told).toMatchObject([{ native: "s1", session }]);
  });

  it("sets aside what it cannot read with the reason, and hides nothing else by it", async () => {
    const store = hookStore();
    store.capture("{", { at: 1 });
    store.capture("[]", { at: 2 });
    store.capture({ hook_event_name: "Stop" });
    store.capture(claudePayload("Stop", {}, "x".repeat(1_025)));
    store.capture(claudePayload("Stop"), { agent: "constructor" });
    store.capture(claudePayload("Stop"), { entry: { v: 2 } });
    store.capture(claudePayload("Stop"), { entry: { received: "yesterday" } });
    store.capture(claudePayload("Stop"), { entry: { truncated: 9 } });
    store.capture(claudePayload("Stop"));
    const report = await store.drain();
    expect(report.unreadable.map(({ reason }) => reason)).toEqual([
      "bad-payload",
      "bad-payload",
      "no-session",
      "no-session",
      "unknown-agent",
      "other-version",
      "bad-entry",
      "truncated",
    ]);
    expect([report.drained, store.waiting()]).toEqual([1, 0]);
    expect(readdirSync(join(store.layout.quarantineDir, "hooks"))).toHaveLength(8);
    expect(JSON.parse(readFileSync(report.unreadable[0]!.path, "utf8"))).toMatchObject({ payload: "{" });
  });

  it("leaves a session waiting whose log fails, and takes in the others", async () => {
    const store = hookStore();
    const problems: string[] = [];
    store.capture(claudePayload("Stop", {}, "bad"));
    store.capture(claudePayload("Stop", {}, "good"));
    const busy = agentlogError("LOCK_TIMEOUT", "busy", { path: "x", holder: undefined, waitedMs: 1 });
    const report = await store.drain({
      onProblem: ({ message }) => problems.push(message),
      openSessionLog: (id) => {
        if (id === deriveSessionId("claude", "bad")) throw busy;
        return store.open(id);
      },
    });
    expect([report.drained, store.waiting(), problems.length]).toEqual([1, 1, 1]);
    expect(problems[0]).not.toContain("Stop");
    await store.drain();
    expect([await store.events("bad"), await store.events("good")].map((events) => events.length)).toEqual([1, 1]);
  });

  it("keeps payloads until the registry knows of them, and appends nothing twice meanwhile", async () => {
    const store = hookStore();
    const registry = listeningRegistry();
    store.capture(claudePayload("SessionStart", { source: "resume" }));
    const failing = { seen: () => Promise.reject(new Error("no registry")) };
    expect(await store.drain({ registry: failing, onProblem: () => {} })).toMatchObject({ drained: 0, events: 1 });
    // Far more than it looks back without a mark.
    const log = store.open(deriveSessionId("claude", "s1"));
    await log.appendMany(Array.from({ length: 600 }, (_, n) => ({ type: "note.added", data: { n } })));
    await log.close();
    expect(await store.drain({ registry })).toMatchObject({ drained: 1, events: 0 });
    expect(registry.told).toHaveLength(1);
    expect((await store.events("s1")).filter(({ type }) => type === "session.resumed")).toHaveLength(1);
  });

  it("goes on without the lock when another process keeps it", async () => {
    const store = hookStore();
    store.capture(claudePayload("Stop"));
    const lock = createDirectoryLock(`${store.layout.hookSpool}.lock`);
    await lock.run(async () => {
      expect(await store.drain({ lockTimeoutMs: 5 })).toMatchObject({ drained: 1 });
    });
  });

  it("touches nothing when nothing waits, whether there is a store or not", async () => {
    const store = hookStore(join(temporaryFolder(), "none"));
    expect(await store.drain()).toMatchObject({ drained: 0 });
    expect(existsSync(store.layout.root)).toBe(false);
    mkdirSync(store.layout.hookSpool, { recursive: true });
    let calls = 0;
    const readdirSync = ((...args: Parameters<typeof nodeDisk.readdirSync>) => {
      calls += 1;
      return nodeDisk.readdirSync(...args);
    }) as typeof nodeDisk.readdirSync;
    const openSync = (() => expect.fail("opened a file")) as never;
    await store.drain({ disk: { ...nodeDisk, readdirSync, openSync } });
    expect(calls).toBe(1);
  });

  it("takes in no more than its limit, and stops at its signal", async () => {
    const store = hookStore();
    for (let n = 0; n < 5; n++) store.capture(claudePayload("Stop", { n }));
    expect(await store.drain({ limit: 2 })).toMatchObject({ drained: 2 });
    await expect(store.drain({ signal: AbortSignal.abort(new Error("stop")) })).rejects.toThrow("stop");
    expect(store.waiting()).toBe(3);
  });
});

describe("a hook and a transcript of the same session", () => {
  const session = "11111111-2222-4333-8444-555555555555";
  const record = (fields: object): string =>
    JSON.stringify({ sessionId: session, timestamp: "2026-07-01T12:00:01.000Z", cwd: "/work/repo", ...fields });
  const transcript = [
    record({
      type: "user",
      uuid: "u1",
      parentUuid: null,
      promptId: "p1",
      message: { role: "user", content: "Fix it" },
    }),
    record({
      type: "assistant",
      uuid: "u2",
      parentUuid: "u1",
      message: { id: "m1", content: [{ type: "tool_use", id: CALL, name: "Bash", input: { command: "ls" } }] },
    }),
    record({
      type: "user",
      uuid: "u3",
      parentUuid: "u2",
      promptId: "p1",
      message: { role: "user", content: [{ type: "tool_result", tool_use_id: CALL, content: "a" }] },
    }),
  ].join("\n");
  const payloads = [
    claudePayload("SessionStart", { source: "startup" }, session),
    claudePayload("UserPromptSubmit", { prompt: "Fix it", prompt_id: "p1" }, session),
    // A default that the transcript does not spell out.
    claudePayload(
      "PreToolUse",
      { tool_name: "Bash", tool_input: { command: "ls", wait: true }, tool_use_id: CALL },
      session,
    ),
    claudePayload("PostToolUse", { tool_name: "Bash", tool_input: {}, tool_use_id: CALL, tool_response: "a" }, session),
  ];
  const told = ["message.sent", "session.started", "tool.called", "tool.completed"];

  it.each(["hooks", "transcript"])("is told once, the %s first", async (first) => {
    const folder = temporaryFolder();
    const path = join(folder, `${session}.jsonl`);
    writeFileSync(path, `${transcript}\n`);
    const store = hookStore(join(folder, "store"));
    const steps = [
      async () => {
        for (const payload of payloads) store.capture(payload);
        await store.drain();
      },
      () => testStore(folder).import([path], { openSessionLog: store.open }),
    ];
    for (const step of first === "hooks" ? steps : steps.toReversed()) await step();
    expect(types(await store.events(session)).toSorted()).toEqual(told);
  });
});
