import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { currentProcess } from "@agentlog/durable-fs";
import { newSessionId, type PresenceRecord, type SessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { plant, temporaryStore } from "./fixtures/store.js";
import { createSession, openSessionLog, readPresence, resumeSession, type SessionStore } from "./index.js";

const now = Date.parse("2026-07-01T12:00:00.000Z");
const ago = (ms: number): string => new Date(now - ms).toISOString();

const live = (changes: Partial<PresenceRecord> = {}): PresenceRecord => ({
  ...currentProcess(),
  host: "here",
  run: 1,
  seq: 0,
  progress: 3,
  progressTime: ago(2_000),
  time: ago(1_000),
  intervalMs: 1_000,
  writer: "w",
  ...changes,
});

/** A session whose run 1 is open, with a presence file of any content. */
async function sessionWith(content: string | object): Promise<{ store: SessionStore; id: SessionId }> {
  const store = temporaryStore();
  const id = newSessionId();
  const log = openSessionLog(store, id);
  await log.append({ type: "session.started", data: {}, session: id, run: 1 });
  await log.close();
  plant(store.layout.session(id).presence, typeof content === "string" ? content : JSON.stringify(content));
  return { store, id };
}

const stateOf = async (record: PresenceRecord): Promise<string | undefined> => {
  const { store, id } = await sessionWith(record);
  return (await readPresence(store, id, { now })).state;
};

describe("presence", () => {
  it("is live with a fresh beat and progress", async () => {
    const { store, id } = await sessionWith(live());
    expect(await readPresence(store, id, { now })).toEqual({ state: "live", record: live(), ageMs: 1_000 });
    expect(await stateOf(live({ time: ago(3_000) }))).toBe("live");
  });

  it("is stalled with a fresh beat and no progress for 30 intervals, or as many as are given", async () => {
    const record = live({ progressTime: ago(31_001) });
    expect(await stateOf(record)).toBe("stalled");
    expect(await stateOf(live({ progressTime: ago(30_500) }))).toBe("live");
    const { store, id } = await sessionWith(record);
    expect((await readPresence(store, id, { now, stalledAfterIntervals: 60 })).state).toBe("live");
  });

  it("is stale with a beat older than 3 intervals, or from the future, while the process lives", async () => {
    expect(await stateOf(live({ time: ago(3_001) }))).toBe("stale");
    expect(await stateOf(live({ time: ago(-60_000) }))).toBe("stale");
  });

  it("is crashed when the process is gone or its pid is another process's now", async () => {
    expect(await stateOf(live({ pid: 2 ** 22 + 1 }))).toBe("crashed");
    expect(await stateOf(live({ startTime: "1" }))).toBe("crashed");
  });

  it("is unknown-host when nobody here can look the process up", async () => {
    expect(await stateOf(live({ bootId: "elsewhere" }))).toBe("unknown-host");
    expect(await stateOf(live({ pidNamespace: "1" }))).toBe("unknown-host");
    const { bootId: _, ...without } = live();
    expect(await stateOf(without)).toBe("unknown-host");
  });

  it("is ended when the last run has its end, whatever was left behind", async () => {
    const store = temporaryStore();
    const session = await createSession({ store });
    await session.finish({ outcome: "success" });
    expect(await readPresence(store, session.id)).toEqual({ state: "ended" });
    plant(store.layout.session(session.id).presence, JSON.stringify(live({ pid: 2 ** 22 + 1 })));
    expect((await readPresence(store, session.id)).state).toBe("ended");
    // A remark of somebody else's opens no run.
    const log = openSessionLog(store, session.id);
    await log.append({ type: "note.added", data: { text: "well done" } });
    await log.close();
    expect((await readPresence(store, session.id)).state).toBe("ended");
  });

  it("is that of the run that goes on, when of two writers the later one finished", async () => {
    const store = temporaryStore();
    const first = await createSession({ store, heartbeat: { intervalMs: 20 } });
    const second = await resumeSession({ store, id: first.id, heartbeat: { intervalMs: 20 } });
    await second.finish({ outcome: "success" });
    await sleep(100);
    expect(await readPresence(store, first.id)).toMatchObject({ state: "live", record: { run: 1 } });
    await first.finish({ outcome: "success" });
    expect((await readPresence(store, first.id)).state).toBe("ended");
  });

  it("is unknown for a session nobody announced, with or without events", async () => {
    const { store, id } = await sessionWith(live());
    fs.rmSync(store.layout.session(id).presence);
    expect(await readPresence(store, id)).toEqual({ state: undefined });
    expect(await readPresence(store, newSessionId())).toEqual({ state: undefined });
  });

  it.each([
    ["nothing", ""],
    ["half a record", '{"pid":'],
    ["null", "null"],
    ["a list", "[]"],
    ["wrong types", { ...live(), pid: "1" }],
    ["a hostile pid", { ...live(), pid: -1 }],
    ["a hostile run", { ...live(), run: Number.MAX_SAFE_INTEGER }],
    ["an impossible time", { ...live(), time: "2026-99-99T99:99:99.999Z" }],
    ["__proto__", '{"__proto__":{"pid":1}}'],
    ["too much", `{"x":"${"x".repeat(100_000)}"}`],
    ["deep nesting", "[".repeat(10_000)],
  ])("ignores and reports a file with %s", async (_, content) => {
    const { store, id } = await sessionWith(content);
    const presence = await readPresence(store, id);
    expect(presence.state).toBeUndefined();
    expect(presence.problem).toBeInstanceOf(Error);
  });

  it("ignores and reports a link, a folder and a pipe of that name", async () => {
    const { store, id } = await sessionWith(live());
    const file = store.layout.session(id).presence;
    const elsewhere = path.join(store.root, "elsewhere.json");
    fs.renameSync(file, elsewhere);
    fs.symlinkSync(elsewhere, file);
    expect((await readPresence(store, id, { now })).problem).toMatchObject({ code: "UNSAFE_PATH" });
    fs.rmSync(file);
    fs.mkdirSync(file);
    expect((await readPresence(store, id, { now })).problem).toMatchObject({ code: "UNSAFE_PATH" });
  });
});

describe("the presence file of a writer", () => {
  it("is replaced with each beat, tells of progress, and is not written after finish", async () => {
    const store = temporaryStore();
    const session = await createSession({ store, heartbeat: { intervalMs: 5 } });
    const { presence, dir } = store.layout.session(session.id);
    await session.note.added({ text: "a" });
    await sleep(30);
    const record = JSON.parse(fs.readFileSync(presence, "utf8")) as PresenceRecord;
    expect(record).toMatchObject({ ...currentProcess(), run: 1, seq: 1, progress: 1, intervalMs: 5 });
    expect(fs.statSync(presence).mode & 0o777).toBe(0o600);
    await session.finish({ outcome: "success" });
    const beats = session.coordinator?.beats;
    const before = fs.statSync(dir).mtimeMs;
    await sleep(50);
    expect(session.coordinator?.beats).toBe(beats);
    expect(fs.statSync(dir).mtimeMs).toBe(before);
    expect(fs.existsSync(presence)).toBe(false);
  });

  it("is written once without a heartbeat, and then only the process tells", async () => {
    const store = temporaryStore();
    const session = await createSession({ store, heartbeat: false });
    expect(session.coordinator).toBeUndefined();
    const later = Date.now() + 3_600_000;
    expect(await readPresence(store, session.id, { now: later })).toMatchObject({
      state: "live",
      record: { intervalMs: 0 },
    });
    await session.finish({ outcome: "success" });
  });

  it("also goes to the log for who asked for it there, before the end and without counting as progress", async () => {
    const store = temporaryStore();
    const session = await createSession({ store, heartbeat: { intervalMs: 5, asEvents: true } });
    await sleep(60);
    await session.finish({ outcome: "success" });
    const { events } = await openSessionLog(store, session.id).readAll();
    expect(events.length).toBeGreaterThan(4);
    expect(events.at(-1)?.type).toBe("session.ended");
    expect(events[1]).toMatchObject({ type: "heartbeat.recorded", data: { progress: 0, intervalMs: 5 }, run: 1 });
  });
});
