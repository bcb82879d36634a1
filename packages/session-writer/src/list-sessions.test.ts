import fs from "node:fs";
import path from "node:path";
import { toSafeSegment } from "@agentlog/durable-fs";
import { isAgentlogError, newSessionId, type SessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { plant, temporaryStore } from "./fixtures/store.js";
import { createSession, findSession, listSessions, openSessionLog, readSession, type SessionStore } from "./index.js";

const fails = (call: () => unknown): unknown => {
  try {
    call();
  } catch (error) {
    if (isAgentlogError(error)) return error;
    throw error;
  }
  return undefined;
};

/** A session as an import leaves it: nothing but its log. */
async function imported(store: SessionStore, day: string, more: object = {}): Promise<SessionId> {
  const id = newSessionId();
  const log = openSessionLog(store, id);
  const source = { kind: "import" } as const;
  const at = (hour: string): string => `${day}T${hour}:00:00.000Z`;
  await log.append({ type: "session.started", time: at("10"), session: id, source, data: { ...more } });
  await log.append({ type: "note.added", time: at("11"), session: id, source, data: { text: "x" } });
  await log.close();
  return id;
}

describe("the list of sessions", () => {
  it("has what each log's beginning and end tell", async () => {
    const store = temporaryStore();
    expect(await listSessions(store)).toEqual({ sessions: [], unreadable: [] });
    const parent = newSessionId();
    const session = await createSession({ store, name: "N", agent: "claude", tags: { a: "b" }, cwd: "/c", parent });
    await session.note.added({ text: "x" });
    await session.finish({ outcome: "success" });
    const { sessions, unreadable } = await listSessions(store);
    expect(unreadable).toEqual([]);
    expect(sessions).toEqual([
      {
        id: session.id,
        title: "N",
        agent: "claude",
        nativeSession: undefined,
        parent,
        cwd: "/c",
        tags: { a: "b" },
        source: "writer",
        startedAt: expect.any(String) as string,
        lastEventAt: expect.any(String) as string,
        events: 3,
        run: 1,
        outcome: "success",
        presence: "ended",
      },
    ]);
  });

  it("is in the order of the last event's time, whatever the files' times say", async () => {
    const store = temporaryStore();
    const oldest = await imported(store, "2026-01-01");
    const newest = await imported(store, "2026-03-01");
    const middle = await imported(store, "2026-02-01");
    fs.utimesSync(store.layout.session(oldest).events, new Date(), new Date());
    const { sessions } = await listSessions(store);
    expect(sessions.map(({ id }) => id)).toEqual([newest, middle, oldest]);
    expect(sessions[0]).toMatchObject({
      source: "import",
      presence: undefined,
      startedAt: "2026-03-01T10:00:00.000Z",
      lastEventAt: "2026-03-01T11:00:00.000Z",
    });
    expect((await listSessions(store, { limit: 1 })).sessions.map(({ id }) => id)).toEqual([newest]);
  });

  it("has only the sessions asked for", async () => {
    const store = temporaryStore();
    const claude = await imported(store, "2026-01-01", { agent: "claude", cwd: "/a" });
    const codex = await imported(store, "2026-01-02", { agent: "codex", parent: claude });
    const ids = async (options: object): Promise<unknown> =>
      (await listSessions(store, options)).sessions.map(({ id }) => id);
    expect(await ids({ agent: "claude", limit: 1 })).toEqual([claude]);
    expect(await ids({ parent: claude })).toEqual([codex]);
    expect(await ids({ cwd: "/a" })).toEqual([claude]);
    expect(await ids({ presence: ["live"] })).toEqual([]);
  });

  it("reports what cannot be read beside the others, and takes no foreign thing for a session", async () => {
    const store = temporaryStore();
    const good = await imported(store, "2026-01-01");
    const [noLog, folder, link, file] = [newSessionId(), newSessionId(), newSessionId(), newSessionId()];
    plant(store.layout.session(noLog).events, "this is no log\n".repeat(100));
    fs.mkdirSync(store.layout.session(folder).events, { recursive: true });
    fs.symlinkSync(store.layout.session(good).dir, store.layout.session(link).dir);
    plant(store.layout.session(file).dir, "");
    plant(path.join(store.layout.sessionsDir, ".DS_Store"), "");
    plant(path.join(store.layout.sessionsDir, toSafeSegment("../x"), "events.jsonl"), "");
    fs.mkdirSync(store.layout.session(newSessionId()).dir);
    const { sessions, unreadable } = await listSessions(store);
    expect(sessions.map(({ id }) => id)).toEqual([good]);
    expect(unreadable.map(({ id }) => id).sort()).toEqual([noLog, folder, link, file].sort());
    for (const { error } of unreadable) expect(isAgentlogError(error)).toBe(true);
  });

  it("takes from a hostile start only what is what it should be", async () => {
    const store = temporaryStore();
    const id = newSessionId();
    const log = openSessionLog(store, id);
    const data = { agent: 1, title: ["x"], parent: "../x", cwd: null, tags: { a: 1, b: "c" } };
    await log.append({ type: "session.started", data, source: { kind: "evil" as "cli" } });
    await log.append({ type: "session.ended", data: { outcome: { x: 1 } } });
    await log.close();
    expect((await listSessions(store)).sessions).toMatchObject([
      {
        agent: undefined,
        title: undefined,
        parent: undefined,
        cwd: undefined,
        tags: { b: "c" },
        source: undefined,
        outcome: undefined,
        presence: "ended",
      },
    ]);
  });
});

describe("finding a session", () => {
  const [a, b] = [
    "sess_0190a000-0000-7000-8000-00000000000a" as SessionId,
    "sess_0190a000-0000-7000-8000-00000000000b" as SessionId,
  ];
  const withBoth = (): SessionStore => {
    const store = temporaryStore();
    for (const id of [a, b]) fs.mkdirSync(store.layout.session(id).dir, { recursive: true });
    return store;
  };

  it("takes the whole id or a beginning that only one has, with or without sess_", () => {
    const store = withBoth();
    for (const given of [a, a.slice(5), ` ${a.toUpperCase()} `]) expect(findSession(store, given)).toBe(a);
    fs.rmdirSync(store.layout.session(b).dir);
    for (const given of ["0", "sess_0190", "0190A"]) expect(findSession(store, given)).toBe(a);
  });

  it("lists what a beginning fits when it is more than one", () => {
    expect(fails(() => findSession(withBoth(), "0190"))).toMatchObject({
      code: "AMBIGUOUS_ID",
      matches: [a, b],
      total: 2,
    });
  });

  it.each([
    "",
    " ",
    "sess_",
    "../x",
    "/",
    ".",
    "..",
    "-rf",
    "__proto__",
    "constructor",
    "%2e",
    "\0",
    "*",
    "x".repeat(1e6),
  ])("[H-37] finds nothing for %j", (given) => {
    expect(fails(() => findSession(withBoth(), given))).toMatchObject({ code: "NOT_FOUND" });
    expect(fails(() => findSession(temporaryStore(), given))).toMatchObject({ code: "NOT_FOUND" });
  });
});

describe("reading a session", () => {
  it("streams its events, from where it is told", async () => {
    const store = temporaryStore();
    const id = await imported(store, "2026-01-01");
    const types: string[] = [];
    for await (const { type } of readSession(store, id, { from: 1 })) types.push(type);
    expect(types).toEqual(["note.added"]);
  });

  it("knows a session that is not there from one without such events", async () => {
    const store = temporaryStore();
    const id = await imported(store, "2026-01-01");
    expect((await readSession(store, id, { from: 9 }).next()).done).toBe(true);
    await expect(readSession(store, newSessionId()).next()).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(readSession(store, "../../etc" as SessionId).next()).rejects.toMatchObject({ code: "INVALID_ID" });
  });
});
