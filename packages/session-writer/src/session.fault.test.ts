import fs from "node:fs";
import { nodeDisk, createDirectoryLock } from "@agentlog/durable-fs";
import { faultyDisk } from "@agentlog/durable-fs/testing";
import { isAgentlogError } from "@agentlog/types";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { allEvents, temporaryStore } from "./fixtures/store.js";
import { createSession, listSessions, readPresence } from "./index.js";

/** A disk on which one call fails, but only for the presence file. */
function failingPresence(method: "openSync" | "renameSync" | "unlinkSync"): typeof nodeDisk {
  const real = nodeDisk[method] as (...args: unknown[]) => unknown;
  const fail = (...args: unknown[]): unknown => {
    if (!String(args[0]).includes("presence.json")) return real(...args);
    throw Object.assign(new Error("ENOSPC: planned failure"), { code: "ENOSPC", syscall: method });
  };
  return { ...nodeDisk, [method]: fail };
}

describe("a presence file that cannot be written", () => {
  it.each(["openSync", "renameSync", "unlinkSync"] as const)("never breaks an emit or the end (%s)", async (method) => {
    const store = temporaryStore();
    const session = await createSession({ store, heartbeat: { intervalMs: 5 }, disk: failingPresence(method) });
    await session.note.added({ text: "a" });
    await sleep(30);
    await session.note.added({ text: "b" });
    await session.finish({ outcome: "success" });
    expect(await allEvents(store, session.id)).toHaveLength(4);
    expect((await readPresence(store, session.id)).state).toBe("ended");
    if (method === "unlinkSync") return;
    expect(session.coordinator?.failures).toBeGreaterThan(1);
    expect(session.coordinator?.lastError).toMatchObject({ code: "IO_ERROR", errno: "ENOSPC" });
  });

  it("does not matter without a heartbeat either", async () => {
    const store = temporaryStore();
    const session = await createSession({ store, heartbeat: false, disk: failingPresence("openSync") });
    await session.finish({ outcome: "success" });
    expect(await allEvents(store, session.id)).toHaveLength(2);
  });
});

describe("a disk that takes no events", () => {
  it("fails the emit, and the finish until there is space again", async () => {
    const store = temporaryStore();
    let full = false;
    const writeSync = ((...args: Parameters<typeof fs.writeSync>) => {
      if (full) throw Object.assign(new Error("ENOSPC: planned failure"), { code: "ENOSPC", syscall: "write" });
      return fs.writeSync(...args);
    }) as typeof fs.writeSync;
    const session = await createSession({ store, disk: { ...nodeDisk, writeSync } });
    full = true;
    await expect(session.note.added({ text: "a" })).rejects.toMatchObject({ code: "IO_ERROR", errno: "ENOSPC" });
    await expect(session.finish({ outcome: "success" })).rejects.toMatchObject({ errno: "ENOSPC" });
    full = false;
    await session.finish({ outcome: "failure" });
    const events = await allEvents(store, session.id);
    expect(events.map(({ type }) => type)).toEqual(["session.started", "session.ended"]);
    // The first word on how it went counts.
    expect(events[1]?.data).toMatchObject({ outcome: "success" });
  });

  it("leaves no listener and no open file when a session cannot begin", async () => {
    const store = temporaryStore();
    const before = process.listenerCount("uncaughtExceptionMonitor");
    const open = new Set<number>();
    const disk: typeof nodeDisk = {
      ...faultyDisk([{ method: "writeSync", errno: "ENOSPC" }]),
      openSync: (...args) => {
        const fd = fs.openSync(...args);
        open.add(fd);
        return fd;
      },
      closeSync: (fd) => {
        fs.closeSync(fd);
        open.delete(fd);
      },
    };
    await expect(createSession({ store, disk })).rejects.toSatisfy((error) => isAgentlogError(error, "IO_ERROR"));
    expect(process.listenerCount("uncaughtExceptionMonitor")).toBe(before);
    expect(open.size).toBe(0);
  });

  it("does not stop the list of sessions", async () => {
    const store = temporaryStore();
    const session = await createSession({ store });
    await session.finish({ outcome: "success" });
    const disk = faultyDisk([{ method: "openSync", errno: "EIO" }]);
    const { sessions, unreadable } = await listSessions(store, { disk });
    expect(sessions).toEqual([]);
    expect(unreadable).toMatchObject([{ id: session.id, error: { code: "IO_ERROR", errno: "EIO" } }]);
  });
});

describe("a lock that others hold", () => {
  it("sends events to the spool for who wants that, and they are in the log once it is free", async () => {
    const store = temporaryStore();
    const session = await createSession({ store, onLockTimeout: "spool", lockTimeoutMs: 50 });
    const lock = createDirectoryLock(`${store.layout.session(session.id).events}.lock`);
    await lock.run(async () => {
      expect(await session.note.added({ text: "a" })).toMatchObject({ status: "spooled" });
    });
    await session.finish({ outcome: "success" });
    expect((await allEvents(store, session.id)).map(({ type }) => type)).toEqual([
      "session.started",
      "note.added",
      "session.ended",
    ]);
  });
});
