import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createDirectoryLock, type OpenedStore } from "@agentlog/durable-fs";
import type { SessionId } from "@agentlog/types";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { allEvents, temporaryStore } from "./fixtures/store.js";
import { listSessions, readPresence, recordCrashes, resumeSession } from "./index.js";

const script = fileURLToPath(new URL("fixtures/child.mjs", import.meta.url));

beforeAll(() => {
  const built = fileURLToPath(new URL("../dist/index.js", import.meta.url));
  if (!fs.existsSync(built)) throw new Error("the children use the build: run tsc -b first");
});

interface Child {
  readonly id: SessionId;
  readonly process: ChildProcessWithoutNullStreams;
  /** Exit code, signal and what it printed to stderr. */
  readonly over: Promise<{ code: number | null; signal: string | null; stderr: string }>;
}

/** Starts a program that records a session, and waits until the session has begun. */
async function start(store: OpenedStore, mode: string, id?: SessionId): Promise<Child> {
  const child = spawn(process.execPath, [script, store.root, mode, ...(id === undefined ? [] : [id])]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const over: Child["over"] = once(child, "close").then(([code, signal]) => ({ code, signal, stderr }));
  const [line] = (await Promise.race([
    once(child.stdout.setEncoding("utf8"), "data"),
    over.then(() => Promise.reject(new Error(`the child did not start: ${stderr}`))),
  ])) as [string];
  return { id: line.trim() as SessionId, process: child, over };
}

const endOf = async (store: OpenedStore, id: SessionId): Promise<unknown> => {
  const events = await allEvents(store, id);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
  expect(events.filter(({ type }) => type === "session.ended")).toHaveLength(1);
  expect(events.at(-1)?.type).toBe("session.ended");
  expect(fs.existsSync(store.layout.session(id).presence)).toBe(false);
  expect(await readPresence(store, id)).toMatchObject({ state: "ended" });
  return events.at(-1)?.data;
};

describe("a program that is killed", () => {
  it("is seen as crashed at once by SIGKILL, and its session can be resumed", async () => {
    const store = temporaryStore();
    const { id, process: child, over } = await start(store, "wait");
    expect(await readPresence(store, id)).toMatchObject({ state: "live", record: { pid: child.pid, run: 1 } });
    child.kill("SIGKILL");
    await over;
    expect(await readPresence(store, id)).toMatchObject({ state: "crashed" });
    expect((await listSessions(store)).sessions).toMatchObject([{ id, presence: "crashed", outcome: undefined }]);
    const next = await resumeSession({ store, id });
    expect(next).toMatchObject({ run: 2, otherWriter: undefined });
    expect(await readPresence(store, id)).toMatchObject({ state: "live" });
    await next.finish({ outcome: "success" });
    expect(await readPresence(store, id)).toMatchObject({ state: "ended" });
  });

  it("gets the end that it could not write, once, however many look for it at once", async () => {
    const store = temporaryStore();
    const { id, process: child, over } = await start(store, "wait");
    const alive = await start(store, "wait");
    expect(await recordCrashes(store)).toEqual({ crashed: [], failed: [] });
    child.kill("SIGKILL");
    await over;
    expect(await recordCrashes(store, { dryRun: true })).toEqual({ crashed: [id], failed: [] });
    expect(await readPresence(store, id)).toMatchObject({ state: "crashed" });
    const both = await Promise.all([recordCrashes(store), recordCrashes(store)]);
    expect(both.flatMap(({ crashed }) => crashed)).toEqual([id]);
    expect(await endOf(store, id)).toEqual({ outcome: "aborted", reason: "crash", inferred: true });
    expect(await readPresence(store, alive.id)).toMatchObject({ state: "live" });
    expect(await recordCrashes(store)).toEqual({ crashed: [], failed: [] });
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("dies by %s itself, with its end in the log", async (signal) => {
    const store = temporaryStore();
    const { id, process: child, over } = await start(store, "wait");
    child.kill(signal);
    expect(await over).toMatchObject({ code: null, signal });
    expect(await endOf(store, id)).toMatchObject({ outcome: "aborted", reason: "signal", signal });
  });

  it("writes what waits before its end when the signal comes between appends", async () => {
    const store = temporaryStore();
    const { id, process: child, over } = await start(store, "busy");
    await sleep(150);
    child.kill("SIGTERM");
    expect(await over).toMatchObject({ signal: "SIGTERM" });
    expect(await endOf(store, id)).toMatchObject({ signal: "SIGTERM" });
  });

  it("leaves the signal to a handler of its own, and records how that one exits", async () => {
    const store = temporaryStore();
    const { id, process: child, over } = await start(store, "handler");
    child.kill("SIGTERM");
    expect(await over).toMatchObject({ code: 7, signal: null });
    expect(await endOf(store, id)).toMatchObject({ outcome: "failure", reason: "exit", exitCode: 7 });
    expect((await allEvents(store, id)).at(-2)?.data).toEqual({ text: "cleaned up" });
  });

  it("dies by the signal where a handler of its own passes it on", async () => {
    const store = temporaryStore();
    const { id, process: child, over } = await start(store, "passesOn");
    child.kill("SIGTERM");
    expect(await over).toMatchObject({ signal: "SIGTERM" });
    expect(await endOf(store, id)).toMatchObject({ outcome: "aborted", signal: "SIGTERM" });
  });

  it("is not held up by a lock that others hold, and is then seen as crashed", async () => {
    const store = temporaryStore();
    const { id, process: child, over } = await start(store, "finishing");
    await createDirectoryLock(`${store.layout.session(id).events}.lock`).run(async () => {
      child.kill("SIGUSR2");
      await sleep(100);
      const since = performance.now();
      child.kill("SIGTERM");
      expect(await over).toMatchObject({ signal: "SIGTERM" });
      expect(performance.now() - since).toBeLessThan(2_000);
    });
    expect((await readPresence(store, id)).state).toBe("crashed");
  });

  it("has the end it declared, though the signal came while that waited for the lock", async () => {
    const store = temporaryStore();
    const { id, process: child, over } = await start(store, "finishing");
    await createDirectoryLock(`${store.layout.session(id).events}.lock`).run(async () => {
      child.kill("SIGUSR2");
      await sleep(100);
      child.kill("SIGTERM");
      await sleep(100);
    });
    expect(await over).toMatchObject({ signal: "SIGTERM" });
    expect(await endOf(store, id)).toMatchObject({ outcome: "success" });
  });

  it("goes on where a handler of its own lets it", async () => {
    const store = temporaryStore();
    const { id, process: child, over } = await start(store, "survivor");
    child.kill("SIGHUP");
    await once(child.stdout, "data");
    expect((await readPresence(store, id)).state).toBe("live");
    child.kill("SIGTERM");
    expect(await over).toMatchObject({ signal: "SIGTERM" });
    expect(await endOf(store, id)).toMatchObject({ signal: "SIGTERM" });
  });

  it("dies by the signal when its session was finished before", async () => {
    const store = temporaryStore();
    const { id, process: child, over } = await start(store, "finished");
    await sleep(100);
    child.kill("SIGINT");
    expect(await over).toMatchObject({ signal: "SIGINT" });
    expect(await endOf(store, id)).toMatchObject({ outcome: "success" });
  });

  it("is stale while it is stopped, and live again afterwards", async () => {
    const store = temporaryStore();
    const { id, process: child, over } = await start(store, "wait");
    child.kill("SIGSTOP");
    await expect.poll(async () => (await readPresence(store, id)).state).toBe("stale");
    child.kill("SIGCONT");
    await expect.poll(async () => (await readPresence(store, id)).state).toBe("live");
    child.kill("SIGTERM");
    await over;
  });
});

describe("a program that ends by itself", () => {
  it("keeps its exit code, and the events nobody waited for", async () => {
    const store = temporaryStore();
    const { id, over } = await start(store, "exit3");
    expect(await over).toEqual({ code: 3, signal: null, stderr: "" });
    expect(await endOf(store, id)).toMatchObject({ outcome: "failure", reason: "exit", exitCode: 3 });
    expect((await allEvents(store, id)).at(-2)?.data).toEqual({ text: "not awaited" });
  });

  it("has the end it declared, though it exits before that was written", async () => {
    const store = temporaryStore();
    const { id, over } = await start(store, "finishAndExit");
    expect(await over).toMatchObject({ code: 0 });
    expect(await endOf(store, id)).toMatchObject({ outcome: "success", exitCode: 0 });
  });

  it("is not kept alive by its session", async () => {
    const store = temporaryStore();
    const { id, over } = await start(store, "end");
    expect(await over).toMatchObject({ code: 0, stderr: "" });
    expect(await endOf(store, id)).toMatchObject({ outcome: "failure", reason: "exit", exitCode: 0 });
  });

  it("prints an uncaught error and exits with 1, as without a session", async () => {
    const store = temporaryStore();
    const { id, over } = await start(store, "throws");
    const { code, stderr } = await over;
    expect(code).toBe(1);
    expect(stderr).toMatch(/Error: it broke\nwith details\n\s+at /);
    expect(await endOf(store, id)).toMatchObject({
      outcome: "failure",
      reason: "error",
      exitCode: 1,
      error: "it broke",
    });
  });

  it("does the same for a rejection nobody handles", async () => {
    const store = temporaryStore();
    const { id, over } = await start(store, "rejects");
    expect(await over).toMatchObject({ code: 1 });
    expect(await endOf(store, id)).toMatchObject({ outcome: "failure", reason: "error", error: "nobody cared" });
  });

  it("ends a hundred sessions without a word on stderr", async () => {
    const store = temporaryStore();
    const { over } = await start(store, "hundred");
    expect(await over).toEqual({ code: 0, signal: null, stderr: "" });
    const { sessions } = await listSessions(store);
    expect(sessions).toHaveLength(101);
    expect(sessions.filter(({ presence, outcome }) => presence === "ended" && outcome === "failure")).toHaveLength(101);
  });

  it("does not blame an error that it handled itself", async () => {
    const store = temporaryStore();
    const { id, over } = await start(store, "recovers");
    expect(await over).toMatchObject({ code: 4 });
    const end = await endOf(store, id);
    expect(end).toMatchObject({ outcome: "failure", reason: "exit", exitCode: 4 });
    expect(end).not.toHaveProperty("error");
  });
});

it("two programs that write one session both complete, and its numbers have no gap", async () => {
  const store = temporaryStore();
  const first = await start(store, "writes");
  const second = await start(store, "writes", first.id);
  expect(await first.over).toMatchObject({ code: 0, stderr: "" });
  expect(await second.over).toMatchObject({ code: 0, stderr: "" });
  const events = await allEvents(store, first.id);
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
  for (const run of [1, 2]) {
    const texts = events.filter((event) => event.run === run && event.type === "step.output");
    expect(texts.map(({ data }) => data["text"])).toEqual(Array.from({ length: 200 }, (_, index) => String(index)));
    expect(events.filter((event) => event.run === run && event.type === "session.ended")).toHaveLength(1);
  }
});
