import fs from "node:fs";
import { isAgentlogError, newSessionId, newSpanId, newTraceId, type SessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { allEvents, temporaryStore } from "./fixtures/store.js";
import { createSession, openSessionLog, parentFromEnvironment, resumeSession, sessionEnvironment } from "./index.js";

const code = (error: unknown): string => (isAgentlogError(error) ? error.code : String(error));
const codeOf = async (promise: Promise<unknown>): Promise<string> => promise.then(() => "none", code);

describe("a session from start to finish", () => {
  it("writes its start, what is emitted, and its end, with who, when and where from on each", async () => {
    const store = temporaryStore();
    const parent = newSessionId();
    const session = await createSession({
      store,
      name: "Fix it",
      agent: "claude",
      tags: { ticket: "7" },
      cwd: "/repo",
      model: "m",
      command: ["run", "it"],
      parent,
      details: { cause: "fork", branch: "main" },
    });
    expect(await session.tool.called({ callId: "1", name: "Bash", kind: "shell" })).toMatchObject({ seq: 1 });
    await session.agent.handedOff({ from: "a", to: "b" }, { meta: { why: 1 } });
    await session.emit({ type: "my.thing-happened", data: { a: [1] } });
    expect(session.emitSync({ type: "note.added", data: { text: "now" } })).toMatchObject({ seq: 4 });
    expect(await session.finish({ outcome: "success", exitCode: 0 })).toMatchObject({ status: "appended", seq: 5 });

    const events = await allEvents(store, session.id);
    expect(events.map(({ type }) => type)).toEqual([
      "session.started",
      "tool.called",
      "agent.handed-off",
      "my.thing-happened",
      "note.added",
      "session.ended",
    ]);
    expect(events[0]?.data).toMatchObject({
      title: "Fix it",
      agent: "claude",
      tags: { ticket: "7" },
      cwd: "/repo",
      model: "m",
      command: ["run", "it"],
      parent,
      cause: "fork",
      branch: "main",
    });
    for (const event of events) {
      expect(event).toMatchObject({
        session: session.id,
        run: 1,
        actor: { agent: "claude" },
        source: { kind: "writer" },
        trace: { traceId: session.traceId },
      });
      expect(event.trace?.spanId).toBe(events[0]?.trace?.spanId);
    }
    expect(events[2]?.meta).toEqual({ why: 1 });
    expect(events[5]?.data).toMatchObject({ outcome: "success", exitCode: 0 });
    expect(events[5]?.data["durationMs"]).toBeGreaterThanOrEqual(0);
    expect(fs.existsSync(store.layout.session(session.id).presence)).toBe(false);
  });

  it("takes an event's own time, id, actor, source and span", async () => {
    const store = temporaryStore();
    const trace = { traceId: newTraceId(), parentSpanId: newSpanId() };
    const session = await createSession({ store, trace, actor: { name: "me" }, source: { kind: "cli" } });
    const spanId = newSpanId();
    const time = "2026-01-01T00:00:00.000Z";
    await session.note.added(
      { text: "a" },
      { time, actor: { name: "you" }, source: { kind: "hook" }, trace: { spanId } },
    );
    await session.note.added({ text: "b" });
    await session.finish({ outcome: "success" });
    const [start, own, plain] = await allEvents(store, session.id);
    expect(start).toMatchObject({ actor: { name: "me" }, source: { kind: "cli" }, trace });
    expect(own).toMatchObject({ time, actor: { name: "you" }, source: { kind: "hook" } });
    expect(own?.trace).toEqual({ traceId: trace.traceId, spanId, parentSpanId: start?.trace?.spanId });
    expect(plain?.trace).toEqual(start?.trace);
  });

  it("finishes once, and takes nothing afterwards", async () => {
    const store = temporaryStore();
    const session = await createSession({ store });
    const both = await Promise.all([session.finish({ outcome: "success" }), session.finish({ outcome: "failure" })]);
    expect(both[0]).toBe(both[1]);
    expect(await session.finish({ outcome: "aborted" })).toBe(both[0]);
    expect(await codeOf(session.note.added({ text: "late" }))).toBe("CLOSED");
    expect(() => session.emitSync({ type: "note.added", data: { text: "late" } })).toThrow(/resume/);
    expect(await allEvents(store, session.id)).toHaveLength(2);
  });

  it("refuses the types that are the writer's own", async () => {
    const session = await createSession({ store: temporaryStore() });
    for (const type of ["session.started", "session.resumed", "session.ended"]) {
      expect(await codeOf(session.emit({ type, data: {} }))).toBe("USAGE");
    }
    expect(Object.keys(session.session)).toEqual(["titled"]);
    await session.finish({ outcome: "success" });
  });

  it("records a failure when its scope is left without finish, and nothing more when it was finished", async () => {
    const store = temporaryStore();
    let left: SessionId;
    {
      await using session = await createSession({ store });
      left = session.id;
    }
    expect((await allEvents(store, left)).at(-1)?.data).toMatchObject({
      outcome: "failure",
      reason: "left without finish",
    });
    {
      await using session = await createSession({ store });
      left = session.id;
      await session.finish({ outcome: "success" });
    }
    expect((await allEvents(store, left)).map(({ type }) => type)).toEqual(["session.started", "session.ended"]);
  });

  it("writes data that is too large for a line to a blob", async () => {
    const store = temporaryStore();
    const session = await createSession({ store });
    const text = "x".repeat(2 * 1024 * 1024);
    await session.note.added({ text });
    await session.finish({ outcome: "success" });
    const events = await allEvents(store, session.id);
    expect(openSessionLog(store, session.id).dataOf(events.find(({ type }) => type === "note.added")!)).toEqual({
      text,
    });
    expect(fs.readdirSync(store.layout.session(session.id).blobs)).toHaveLength(1);
  });

  it("does not begin a session whose id has a log, or with an interval no timer can keep", async () => {
    const store = temporaryStore();
    const session = await createSession({ store });
    await session.finish({ outcome: "success" });
    expect(await codeOf(createSession({ store, id: session.id }))).toBe("SEQ_CONFLICT");
    for (const intervalMs of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
      const id = newSessionId();
      expect(await codeOf(createSession({ store, id, heartbeat: { intervalMs } }))).toBe("USAGE");
      expect(fs.existsSync(store.layout.session(id).dir)).toBe(false);
    }
    expect(await codeOf(createSession({ store, id: "../x" as SessionId }))).toBe("INVALID_ID");
  });

  it("leaves no listener on the process when the last session is over", async () => {
    const store = temporaryStore();
    const events = ["exit", "uncaughtExceptionMonitor", "SIGINT", "SIGTERM", "SIGHUP"];
    const first = await createSession({ store });
    await first.finish({ outcome: "success" });
    const before = events.map((event) => process.listenerCount(event));
    const sessions = await Promise.all(Array.from({ length: 5 }, () => createSession({ store })));
    expect(events.map((event) => process.listenerCount(event))).toEqual(before.map((count) => count + 1));
    await Promise.all(sessions.map((session) => session.finish({ outcome: "success" })));
    expect(events.map((event) => process.listenerCount(event))).toEqual(before);
  });
});

describe("a resumed session", () => {
  it("is its next run, in the same trace", async () => {
    const store = temporaryStore();
    const first = await createSession({ store, agent: "codex" });
    await first.finish({ outcome: "failure" });
    const second = await resumeSession({ store, id: first.id, cwd: "/elsewhere" });
    expect(second).toMatchObject({ id: first.id, run: 2, traceId: first.traceId, otherWriter: undefined });
    await second.finish({ outcome: "success" });
    const third = await resumeSession({ store, id: first.id });
    await third.finish({ outcome: "success" });
    const events = await allEvents(store, first.id);
    expect(events.map(({ type, run }) => `${run} ${type}`)).toEqual([
      "1 session.started",
      "1 session.ended",
      "2 session.resumed",
      "2 session.ended",
      "3 session.resumed",
      "3 session.ended",
    ]);
    expect(events[2]).toMatchObject({ data: { cwd: "/elsewhere" }, actor: { agent: "codex" } });
    expect(events[2]?.data["idleMs"]).toBeGreaterThanOrEqual(0);
    expect(events[2]?.trace?.spanId).not.toBe(events[0]?.trace?.spanId);
  });

  it("finds the highest run though an older one wrote the last thousand events", async () => {
    const store = temporaryStore();
    const first = await createSession({ store });
    const second = await resumeSession({ store, id: first.id });
    await second.finish({ outcome: "success" });
    await Promise.all(Array.from({ length: 1_000 }, (_, index) => first.note.added({ text: String(index) })));
    const third = await resumeSession({ store, id: first.id });
    expect(third.run).toBe(3);
    await third.finish({ outcome: "success" });
    await first.finish({ outcome: "success" });
  });

  it("is told of another writer, and works beside it", async () => {
    const store = temporaryStore();
    const first = await createSession({ store });
    const second = await resumeSession({ store, id: first.id });
    expect(second.otherWriter).toMatchObject({ state: "live", presence: { run: 1, pid: process.pid } });
    await Promise.all([first.note.added({ text: "1" }), second.note.added({ text: "2" })]);
    await first.finish({ outcome: "success" });
    // The first one leaves the presence of the second.
    expect(fs.existsSync(store.layout.session(first.id).presence)).toBe(true);
    await second.finish({ outcome: "success" });
    expect((await allEvents(store, first.id)).map(({ seq }) => seq)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it("gets a number of its own from each of several resumes at once", async () => {
    const store = temporaryStore();
    const first = await createSession({ store });
    await first.finish({ outcome: "success" });
    const resumed = await Promise.all(Array.from({ length: 5 }, () => resumeSession({ store, id: first.id })));
    expect(resumed.map(({ run }) => run).sort()).toEqual([2, 3, 4, 5, 6]);
    await Promise.all(resumed.map((session) => session.finish({ outcome: "success" })));
  });

  it("does not count on from damage, and is not one of a session nobody knows", async () => {
    const store = temporaryStore();
    const session = await createSession({ store });
    await session.finish({ outcome: "success" });
    const log = openSessionLog(store, session.id);
    await log.append({ type: "note.added", data: { text: "" }, run: Number.MAX_SAFE_INTEGER });
    await log.close();
    const next = await resumeSession({ store, id: session.id });
    expect(next.run).toBe(2);
    await next.finish({ outcome: "success" });
    expect(await codeOf(resumeSession({ store, id: newSessionId() }))).toBe("NOT_FOUND");
    expect(await codeOf(resumeSession({ store, id: "sess_../x" as SessionId }))).toBe("INVALID_ID");
  });
});

describe("the environment of a child process", () => {
  it("carries session, store and trace to the child's own session", async () => {
    const store = temporaryStore();
    const session = await createSession({ store });
    const told = parentFromEnvironment({ ...sessionEnvironment(session) });
    expect(told).toEqual({ parent: session.id, store: store.root, trace: { traceId: session.traceId } });
    const child = await createSession({ store, parent: told.parent, trace: told.trace });
    expect(child.traceId).toBe(session.traceId);
    await child.finish({ outcome: "success" });
    await session.finish({ outcome: "success" });
  });

  it("is ignored where it is not what it should be", () => {
    for (const hostile of ["", "../x", "sess_", "__proto__", "\0", "x".repeat(10_000), "/a\0b", "relative/path"]) {
      const env = { AGENTLOG_SESSION_ID: hostile, AGENTLOG_STORE: hostile, AGENTLOG_TRACE_ID: hostile };
      expect(parentFromEnvironment(env)).toEqual({});
    }
    expect(parentFromEnvironment({})).toEqual({});
  });
});
