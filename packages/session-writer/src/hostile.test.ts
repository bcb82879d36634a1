import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import path from "node:path";
import { fromSafeSegment, type OpenedStore, toSafeSegment } from "@agentlog/durable-fs";
import { isAgentlogError, newSessionId, type SessionId, toNativeSessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { allEvents, plant, temporaryStore } from "./fixtures/store.js";
import {
  createSession,
  findSession,
  listSessions,
  openSessionLog,
  parentFromEnvironment,
  readPresence,
  readSession,
  resumeSession,
  sessionIds,
  summarizeSession,
} from "./index.js";

/** Ids that no agent means: none is a session's, none becomes a path, and each is kept where any text may stand. */

const UUID = "01890a5d-ac96-774b-bcce-b302099a8057";
const NAMES: readonly (readonly [group: number, name: string])[] = [
  ...["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"].map((name) => [36, name] as const),
  ...["../x", "..\\x", "/etc/x", "C:\\x", "\\\\srv\\s", "a/b", ".", "..", "", "x".repeat(300), `${"é".repeat(127)}x`, "a\0b", "a\nb", "-rf", "~", "$HOME", "%2e%2e%2f", "..%00/", `sess_${UUID}/../..`, `sess_${UUID}\0`, `sess_${UUID}\n`, `sess_../${UUID}`].map((name) => [37, name] as const), // prettier-ignore
  ...["CON", "nul.jsonl", "aux.", "x:stream", "x ", "x.", `sess_${UUID}.`, `sess_${UUID} `, `sess_${UUID}:x`].map((name) => [38, name] as const), // prettier-ignore
  ...["Session", "session", "é", "e\u0301", "．．／", "ß", "SS", `SESS_${UUID}`, `sess_${UUID.toUpperCase()}`, `ｓess_${UUID}`].map((name) => [39, name] as const), // prettier-ignore
];
const shown = NAMES.map(([group, name]) => [group, JSON.stringify(name).slice(0, 40), name] as const);

const codeOf = async (run: () => unknown): Promise<unknown> => {
  try {
    await run();
    return "ok";
  } catch (error) {
    return isAgentlogError(error) ? error.code : error;
  }
};

/** Every path there is in and around a store, but for its sessions' own. */
const paths = ({ root, layout }: OpenedStore, own: string): readonly string[] =>
  fs
    .readdirSync(path.dirname(root), { recursive: true, encoding: "utf8" })
    .filter((name) => !path.resolve(path.dirname(root), name).startsWith(path.join(layout.sessionsDir, own)))
    .toSorted();

describe("a name that is no session id", () => {
  it.each(shown)("[H-%i] %s: INVALID_ID for whoever takes it for one, and nothing is made", async (_, __, name) => {
    const store = temporaryStore();
    const id = name as SessionId;
    const before = paths(store, "none");
    const codes = await Promise.all(
      [
        () => createSession({ store, id }),
        () => createSession({ store, parent: id }),
        () => resumeSession({ store, id }),
        () => openSessionLog(store, id),
        () => readSession(store, id).next(),
        () => readPresence(store, id),
        () => summarizeSession(store, id),
      ].map(codeOf),
    );
    expect(codes).toEqual(codes.map(() => "INVALID_ID"));
    expect(paths(store, "none")).toEqual(before);
    expect(await codeOf(() => findSession(store, name))).toBe("NOT_FOUND");
    const env = { AGENTLOG_SESSION_ID: name, AGENTLOG_STORE: "x", AGENTLOG_TRACE_ID: name };
    expect(parentFromEnvironment(env)).toEqual({});
  });

  it.each(shown)("[H-%i] %s in every field of a session: kept as it is, and no path", async (_, __, name) => {
    const store = temporaryStore();
    const isEventName = name.length >= 1 && name.length <= 256;
    const nativeSession = name === "" ? undefined : toNativeSessionId(name);
    const session = await createSession({
      store,
      heartbeat: false,
      name,
      agent: name,
      model: name,
      cwd: name,
      command: [name],
      tags: { [name]: name },
      details: { ...(nativeSession === undefined ? {} : { nativeSession }), branch: name },
    });
    await session.emit({ type: "my-note.kept", data: { [name]: name }, ...(isEventName ? { id: name as never } : {}) });
    const before = paths(store, session.id);
    await session.finish({ outcome: "success" });
    const [started, noted] = await allEvents(store, session.id);
    expect(started?.data).toMatchObject({ title: name, agent: name, model: name, cwd: name, command: [name], branch: name }); // prettier-ignore
    expect(Object.entries(started?.data["tags"] as object)).toEqual([[name, name]]);
    expect(Object.entries(noted?.data ?? {})).toEqual([[name, name]]);
    expect(paths(store, session.id)).toEqual(before);
    expect(sessionIds(store)).toEqual([session.id]);
    expect((await listSessions(store)).unreadable).toEqual([]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
  });

  it("[H-37] [H-38] [H-39] as a folder's name each is another one, on every file system, and leads nowhere", () => {
    const { layout } = temporaryStore();
    const folders = NAMES.map(([, name]) => path.basename(layout.session(name).dir));
    expect(new Set(folders.map((folder) => folder.normalize("NFC").toLowerCase())).size).toBe(NAMES.length);
    for (const [index, [, name]] of NAMES.entries()) {
      const folder = folders[index]!;
      expect(folder).toBe(toSafeSegment(name));
      expect(folder).toMatch(/^[a-z0-9_][a-z0-9._-]{0,199}$/);
      expect(folder).not.toMatch(/\.$|^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/);
      expect(path.dirname(layout.session(name).dir)).toBe(layout.sessionsDir);
      expect(fromSafeSegment(folder) ?? "hashed").toBe(folder.startsWith("_.sha256-") ? "hashed" : name);
    }
  });

  it("[H-37] as a folder that somebody made it is no session, and hides none", async () => {
    const store = temporaryStore();
    const session = await createSession({ store, heartbeat: false });
    await session.finish({ outcome: "success" });
    for (const [, name] of NAMES) plant(store.layout.session(name).events, "");
    for (const name of ["-rf", "$HOME", "%2e%2e%2f", "é", "Session"]) plant(path.join(store.layout.sessionsDir, name, "events.jsonl"), ""); // prettier-ignore
    expect(sessionIds(store)).toEqual([session.id]);
    const { sessions, unreadable } = await listSessions(store);
    expect([sessions.map(({ id }) => id), unreadable]).toEqual([[session.id], []]);
  });
});

it("[H-49] one id for a new session from two processes at the same time: one begins it, the other is told", async () => {
  const store = temporaryStore();
  const id = newSessionId();
  const program = `
    const [writer, durable] = process.argv.slice(1);
    const { createSession } = await import(writer);
    const { openStore } = await import(durable);
    const store = openStore(${JSON.stringify(store.root)});
    await new Promise((resolve) => process.stdin.once("data", resolve));
    try {
      const session = await createSession({ store, id: ${JSON.stringify(id)}, heartbeat: false });
      await session.finish({ outcome: "success" });
      console.log("begun");
    } catch ({ code }) { console.log(code); }
    process.stdin.destroy();`;
  const built = (name: string): string => new URL(`../../${name}/dist/index.js`, import.meta.url).href;
  const children = [0, 1].map(() => {
    const args = ["--input-type=module", "-e", program, built("session-writer"), built("durable-fs")];
    const child = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    let output = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
    return { child, over: once(child, "close").then(() => output.trim()) };
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (const { child } of children) child.stdin.write("go\n");
  expect((await Promise.all(children.map(async ({ over }) => await over))).toSorted()).toEqual([
    "SEQ_CONFLICT",
    "begun",
  ]);
  expect((await allEvents(store, id)).map(({ type }) => type)).toEqual(["session.started", "session.ended"]);
});
