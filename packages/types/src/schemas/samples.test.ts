import { describe, expect, it } from "vitest";
import { EVENT_TYPES, newSessionId, type JsonObject, type SessionEventData, type SessionEventType } from "../index.js";
import { dataSchemas, sessionEventSchema } from "./index.js";

const id = "evt_01890a5d-ac96-774b-bcce-b302099a8057";
const blob = { blob: "ab".repeat(32), bytes: 12 };

/** By type: data the schema must take, then data it must refuse. */
const SAMPLES: {
  readonly [T in SessionEventType]: readonly [
    good: Required<SessionEventData[T]> | SessionEventData[T],
    ...bad: JsonObject[],
  ];
} = {
  "session.started": [
    {
      agent: "claude",
      cwd: "/w",
      command: ["claude", "-p"],
      parent: newSessionId(),
      title: "t",
      cause: "fork",
      model: "m",
    },
    { parent: "../x" },
    { command: "claude" },
    { nativeSession: "" },
  ],
  "session.resumed": [{ agent: "claude", idleMs: 4.5 }, { idleMs: -1 }],
  "session.titled": [{ title: "t", by: "person" }, {}, { title: "t", by: "nobody" }],
  "session.ended": [
    {
      outcome: "failure",
      durationMs: 12,
      reason: "signal",
      signal: "SIGTERM",
      exitCode: 143,
      error: "x",
      inferred: true,
    },
    {},
    { outcome: "ok" },
    { outcome: "aborted", inferred: false },
  ],
  "tier.started": [{ tier: 0, name: "build", steps: ["a", "b"] }, { tier: -1 }, {}],
  "tier.completed": [
    { tier: 1, name: "x", outcome: "success", durationMs: 1 },
    { tier: 1, outcome: "success" },
  ],
  "step.started": [
    { step: "a", tier: 0, attempt: 1, command: ["ls"], prompt: "p", agent: "x", model: "m", cwd: "/" },
    {},
    { step: "a", attempt: 0 },
  ],
  "step.output": [
    { step: "a", stream: "stderr", text: "", partial: true, attempt: 2 },
    { step: "a", stream: "stdin", text: "" },
  ],
  "step.completed": [
    { step: "a", attempt: 1, exitCode: 0, durationMs: 3, saved: { v: [1, null] } },
    { step: "a" },
    { step: "a", durationMs: 1, saved: [] },
  ],
  "step.failed": [
    { step: "a", attempt: 2, error: "e", exitCode: 1, signal: "SIGKILL", durationMs: 1, retrying: true },
    { step: "a", attempt: 1 },
    { step: "a", error: "e" },
  ],
  "step.skipped": [{ step: "a", reason: "condition", tier: 1 }, { step: "a" }],
  "agent.started": [{ agent: "a", role: "r", model: "m" }, {}],
  "agent.spawned": [
    { agent: "b", parent: "a", role: "r", prompt: "p", callId: "c", session: newSessionId(), background: true },
    { agent: 1 },
    { agent: "b", session: "b" },
  ],
  "agent.handed-off": [{ from: "a", to: "b", reason: "r", summary: "s" }, { from: "a" }],
  "agent.collaborated": [
    { agent: "a", with: ["b"], topic: "t" },
    { agent: "a", with: "b" },
  ],
  "agent.returned": [{ agent: "b", to: "a", summary: "s", callId: "c" }, {}],
  "agent.completed": [
    { agent: "a", summary: "s", durationMs: 1 },
    { agent: "a", durationMs: "1" },
  ],
  "agent.failed": [{ agent: "a", error: "e", durationMs: 1 }, { agent: "a" }],
  "tool.called": [
    { callId: "c", name: "Bash", kind: "shell", input: { a: [1] }, inputBlob: blob },
    { callId: "c", name: "Bash" },
    { callId: "c", name: "Bash", kind: "Bash" },
  ],
  "tool.completed": [
    { callId: "c", name: "n", kind: "web", output: null, outputBlob: blob, durationMs: 1, exitCode: 0 },
    {},
    { callId: "c", outputBlob: { blob: "../x", bytes: 1 } },
  ],
  "tool.failed": [{ callId: "c", error: "e", interrupted: true }, { callId: "c" }],
  "file.read": [{ path: "/a", callId: "c", startLine: 1, lines: 2, bytes: 3 }, {}, { path: "/a", startLine: 0 }],
  "file.written": [
    { path: "/a", callId: "c", change: "created", bytes: 1, addedLines: 1, removedLines: 0, sha256: blob.blob },
    { path: "/a", sha256: "x" },
  ],
  "file.deleted": [{ path: "/a", callId: "c" }, {}, { path: 1 }],
  "port.opened": [{ port: 8080, protocol: "tcp", address: "::1", pid: 1, callId: "c" }, { port: 0 }, { port: 65_536 }],
  "network.connected": [{ host: "example.org", port: 443, protocol: "https", callId: "c" }, { port: 443 }],
  "process.started": [{ command: ["ls"], pid: 1, cwd: "/", callId: "c" }, { command: "ls" }],
  "process.completed": [
    { pid: 1, command: ["ls"], exitCode: 0, signal: "SIGINT", durationMs: 1, callId: "c" },
    { exitCode: 0.5 },
  ],
  "artifact.referenced": [
    { path: "/a", uri: "file:///a", title: "t", sha256: blob.blob, mediaType: "text/plain", bytes: 1 },
    {},
    { title: "t" },
  ],
  "message.sent": [
    {
      role: "user",
      text: "hi",
      textBlob: blob,
      messageId: "m",
      requestId: "r",
      model: "m",
      stopReason: "end",
      synthetic: true,
    },
    { role: "human", text: "" },
    { role: "user" },
  ],
  "reasoning.recorded": [{ text: "", textBlob: blob, messageId: "m", model: "m" }, {}],
  "decision.made": [
    { decision: "d", reason: "r", alternatives: ["x"], confidence: 1 },
    { decision: "d", confidence: 1.1 },
  ],
  "note.added": [{ text: "t", author: "a", tags: ["x"] }, { text: 1 }],
  "permission.asked": [{ permission: "Bash", permissionId: "p", callId: "c", kind: "shell", input: {} }, {}],
  "permission.granted": [
    { permission: "Bash", permissionId: "p", callId: "c", scope: "session", by: "rule" },
    { permission: "Bash", scope: "ever" },
  ],
  "permission.denied": [
    { permission: "Bash", permissionId: "p", callId: "c", reason: "r", by: "hook" },
    { reason: "r" },
  ],
  "usage.recorded": [
    {
      inputTokens: 1,
      outputTokens: 2,
      cacheReadTokens: 3,
      cacheWriteTokens: 4,
      costUsd: 0.01,
      model: "m",
      messageId: "x",
      requestId: "y",
    },
    { inputTokens: 1 },
    { inputTokens: 1.5, outputTokens: 0 },
  ],
  "context.compacted": [
    { trigger: "auto", preTokens: 9, postTokens: 1, durationMs: 1, summary: "s" },
    { trigger: "never" },
    { preTokens: -1 },
  ],
  "model.switched": [{ from: "a", to: "b", reason: "r" }, { from: "a" }],
  "heartbeat.recorded": [{ progress: 0, intervalMs: 10_000 }, {}],
};

describe.each(EVENT_TYPES.map((type) => [type]))("%s", (type) => {
  const [good, ...bad] = SAMPLES[type];
  const event = (data: unknown): object => ({ seq: 0, id, time: "2026-07-01T12:00:00.000Z", type, data });

  it("takes its data, alone and in an event", () => {
    expect(dataSchemas[type].parse(good)).toEqual(good);
    expect(sessionEventSchema.parse(event(good))).toEqual(event(good));
  });

  it("keeps fields it does not know", () => {
    const more = { ...good, newer: { field: [1] } };
    expect(dataSchemas[type].parse(more)).toEqual(more);
  });

  it("refuses wrong data", () => {
    for (const data of [...bad, null, [], "x"]) {
      expect([data, dataSchemas[type].safeParse(data).success]).toEqual([data, false]);
      expect([data, sessionEventSchema.safeParse(event(data)).success]).toEqual([data, false]);
    }
  });
});
