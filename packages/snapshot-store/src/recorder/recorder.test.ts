import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEventLog, type EventLog, type NewLogEvent } from "@agentlog/event-log";
import { sessionDocumentSchema } from "@agentlog/types/schemas";
import { type SessionDocument } from "@agentlog/types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  describeSession,
  fileSnapshotStore,
  memorySnapshotStore,
  sessionRecorder,
  type SessionRecorder,
  type SnapshotStore,
} from "../index.js";

const ID = "sess_01890a5d-ac96-774b-bcce-b302099a8057";

let dir: string;
let log: EventLog;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  log = openEventLog(join(dir, "log", "events.jsonl"));
});
afterEach(async () => {
  await log.close();
  rmSync(dir, { recursive: true, force: true });
});

const newStore = (): SnapshotStore<SessionDocument> =>
  fileSnapshotStore({
    directory: join(dir, "snapshots"),
    schema: sessionDocumentSchema as never,
    describe: describeSession,
  });

/** As a restarted program does: nothing of the one before is in memory. */
const restarted = (): SessionRecorder => sessionRecorder({ log, store: newStore(), sessionId: ID });

let minute = 0;
const emit = async (type: string, data: object = {}, more: object = {}): Promise<void> => {
  const time = new Date(Date.UTC(2026, 0, 1, 0, minute++)).toISOString();
  await log.append({ type, data, time, ...more } as NewLogEvent);
};
const say = (role: string, text: string, more: object = {}): Promise<void> =>
  emit("message.sent", { role, text }, more);

describe("a session's recorder", () => {
  it("[P1] keeps every earlier loop, however often it checkpoints in between and after restarts", async () => {
    expect(await restarted().checkpoint()).toBeUndefined();
    await emit("session.started", { agent: "claude" });
    await emit("loop.started", { loop: "one" });
    await say("user", "first");
    await restarted().checkpoint();
    await say("assistant", "answer");
    await emit("loop.ended", { loop: "one" });
    const recorder = restarted();
    await recorder.checkpoint();
    await recorder.checkpoint();
    await emit("loop.started", { loop: "two" });
    await say("user", "second");
    const { document, version, folded } = (await restarted().checkpoint())!;
    expect([version, folded]).toEqual([3, 2]);
    expect(
      document.loops.map(({ id, parentLoop, continuation, status, messages }) => [
        id,
        parentLoop,
        continuation,
        status,
        messages.map(({ text }) => text),
      ]),
    ).toEqual([
      ["one", undefined, "initial", "completed", ["first", "answer"]],
      ["two", "one", "default", "running", ["second"]],
    ]);
    const stored = await newStore().load(ID);
    expect(stored?.document).toEqual(document);
    expect([stored?.owner, stored?.time]).toEqual(["claude", document.lastActiveAt]);
  });

  it("goes on from another process's checkpoint, and loses none when several checkpoint at once", async () => {
    await emit("session.started");
    for (let n = 0; n < 20; n++) {
      await emit("loop.started", { loop: `l${n}` });
      await Promise.all([restarted().checkpoint(), restarted().checkpoint(), say("user", String(n))]);
    }
    const { document } = (await restarted().checkpoint())!;
    expect(document.loops.map(({ id, messages }) => [id, messages.length])).toEqual(
      Array.from({ length: 20 }, (_, n) => [`l${n}`, 1]),
    );
    expect(document).toEqual(await sessionRecorder({ log, store: memorySnapshotStore(), sessionId: ID }).document());
  });

  it("infers loops from prompts, runs, compactions and sub-agents where nobody names them", async () => {
    await emit("session.started", { agent: "claude", parent: "sess_parent", scope: "ephemeral" });
    await say("user", "fix it");
    await say("assistant", "I ask a helper");
    await emit("agent.spawned", { agent: "helper", prompt: "look" });
    await say("assistant", "found", { actor: { agent: "claude", instance: "helper", role: "sub-agent" } });
    await emit("usage.recorded", { inputTokens: 5, outputTokens: 7, costUsd: 0.5 }, { actor: { instance: "helper" } });
    await emit("agent.failed", { agent: "helper", error: "gave up" });
    await emit("usage.recorded", { inputTokens: 1, outputTokens: 2, messageId: "m" });
    await emit("usage.recorded", { inputTokens: 1, outputTokens: 2, messageId: "m" });
    await say("user", "injected", { meta: {} });
    await emit("context.compacted", { trigger: "auto" });
    await say("assistant", "after");
    await emit("session.resumed");
    await say("user", "again");
    await emit("session.ended", { outcome: "failure", error: "boom" });
    const { document } = (await restarted().checkpoint())!;
    const rows = document.loops.map((loop) => [
      loop.id,
      loop.agent,
      loop.parentLoop,
      loop.continuation,
      loop.status,
      loop.reason,
      loop.messages.length,
    ]);
    expect(rows).toEqual([
      ["at-1", undefined, undefined, "initial", "completed", undefined, 2],
      ["at-3", "helper", "at-1", "initial", "failed", "gave up", 1],
      ["at-9", undefined, "at-1", "default", "completed", "compacted", 1],
      ["at-11", undefined, "at-9", "compaction", "aborted", undefined, 1],
      ["at-13", undefined, "at-11", "default", "failed", "boom", 1],
    ]);
    const [main, helper] = document.loops;
    expect([main?.childLoops, main?.usage, helper?.usage]).toEqual([
      ["at-3"],
      { inputTokens: 1, outputTokens: 2, cacheReadTokens: 0, cacheWriteTokens: 0 },
      { inputTokens: 5, outputTokens: 7, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0.5 },
    ]);
    expect(document).toMatchObject({
      formation: "explicit",
      scope: "ephemeral",
      parentSpawn: { session: "sess_parent" },
      agentId: "claude",
    });
  });

  it("keeps parallel loops apart by meta.loop, reruns, branches and rejections by name", async () => {
    await emit("loop.started", { loop: "a" });
    await emit("loop.started", { loop: "b", parentLoop: "a", continuation: "branch" });
    await emit("loop.started", { loop: "c", parentLoop: "a", continuation: "rerun" });
    await say("user", "to a", { meta: { loop: "a" } });
    await say("user", "to c");
    await emit("loop.ended", { loop: "c", status: "rejected", reason: "not allowed" });
    await say("user", "to b");
    const { document } = (await restarted().checkpoint())!;
    expect(document.formation).toBe("first-loop");
    expect(
      document.loops.map(({ id, continuation, status, messages }) => [id, continuation, status, messages[0]?.text]),
    ).toEqual([
      ["a", "initial", "running", "to a"],
      ["b", "branch", "running", "to b"],
      ["c", "rerun", "rejected", "to c"],
    ]);
  });

  it("reads what was too large for a line from its blob", async () => {
    const spilling = openEventLog(join(dir, "log", "events.jsonl"), { oversize: "spill", maxEventBytes: 1_000 });
    await spilling.append({ type: "message.sent", data: { role: "user", text: "x".repeat(5_000) } });
    await spilling.close();
    const { document } = (await restarted().checkpoint())!;
    expect(document.loops[0]?.messages[0]?.text.length).toBe(5_000);
  });

  it("derives a corrupt document again from the log, and the corrupt one is kept aside", async () => {
    await emit("loop.started", { loop: "one" });
    const { document } = (await restarted().checkpoint())!;
    const file = join(dir, "snapshots", ID, "document.json");
    writeFileSync(file, readFileSync(file).subarray(0, 100));
    expect(await restarted().checkpoint()).toMatchObject({ document, rebuilt: "corrupt" });
    expect((await newStore().load(ID))?.document).toEqual(document);
  });

  it("[PR-1] does not trust a document of another log: it derives it again, or refuses when that would lose a loop", async () => {
    await emit("loop.started", { loop: "one" });
    cpSync(join(dir, "log"), join(dir, "backup"), { recursive: true });
    await emit("loop.started", { loop: "two" });
    await restarted().checkpoint();
    const backup = openEventLog(join(dir, "backup", "events.jsonl"));
    const fromBackup = sessionRecorder({ log: backup, store: newStore(), sessionId: ID });
    await expect(fromBackup.checkpoint()).rejects.toMatchObject({ code: "LOG_REPLACED" });
    expect((await newStore().load(ID))?.document.loops).toHaveLength(2);
    await backup.append({ type: "loop.started", data: { loop: "two" } });
    await backup.append({ type: "loop.started", data: { loop: "three" } });
    const { document, rebuilt } = (await fromBackup.checkpoint())!;
    expect([rebuilt, document.loops.map(({ id }) => id)]).toEqual(["log changed", ["one", "two", "three"]]);
    await backup.close();
  });

  it("keeps fields that somebody else put into the document", async () => {
    await emit("session.started");
    await restarted().checkpoint();
    await newStore().update(ID, (document) => ({ ...document!, title: "mine" }));
    await emit("loop.started", { loop: "one" });
    expect((await restarted().checkpoint())?.document).toMatchObject({ title: "mine", loops: [{ id: "one" }] });
  });
});
