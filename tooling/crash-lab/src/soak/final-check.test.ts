import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type OpenedStore, openStore } from "@agentlog/durable-fs";
import { type StoredEvent } from "@agentlog/event-log";
import { memoryStore, openCollection } from "@agentlog/projection";
import { openRegistry } from "@agentlog/session-registry";
import { createSession, openSessionLog } from "@agentlog/session-writer";
import { newSessionId, type SessionId } from "@agentlog/types";
import { expect, it, onTestFinished } from "vitest";
import { checkStore, openRegistryLog } from "./final-check.js";
import { markOf } from "./marks.js";
import { createNotes, type Notes } from "./notes.js";
import { digestOf, soakCollection } from "./read-model.js";
import { createTally } from "./tally.js";

/** A store with one session written and one whose events carry marks, and what honest participants would say of it. */
async function soaked(): Promise<{ readonly store: OpenedStore; readonly notes: Notes; readonly written: SessionId }> {
  const folder = mkdtempSync(join(tmpdir(), "agentlog-soaked-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const store = openStore(join(folder, "store"));
  const notes = createNotes();
  const registry = openRegistry(store);
  onTestFinished(() => registry.close());
  const make = async (maker: "writer" | "hooks"): Promise<SessionId> => {
    const id = newSessionId();
    notes.hear({ kind: "session", session: id, maker }, "writer");
    const session = await createSession({ store, id, registry, heartbeat: false });
    for (let n = 0; n < 3; n++) await session.message.sent({ role: "user", text: markOf(n) });
    await session.finish({ outcome: "success" });
    const { events } = await openSessionLog(store, id).readAll();
    notes.hear({ kind: "followed", log: id, tally: tallyOf(events) }, "follower");
    if (maker === "hooks") notes.hear({ kind: "marked", session: id, marks: 3 }, "agent");
    else notes.hear({ kind: "acknowledged", session: id, tally: tallyOf(events.slice(1), 1) }, "writer");
    return id;
  };
  const written = await make("writer");
  await make("hooks");
  const log = openRegistryLog(store);
  const collection = openCollection(soakCollection, { log, store: memoryStore() });
  const { events } = await log.readAll();
  notes.hear({ kind: "followed", log: "registry", tally: tallyOf(events) }, "follower");
  notes.hear({ kind: "projected", seq: events.length - 1, digest: await digestOf(collection) }, "projector");
  return { store, notes, written };
}

function tallyOf(events: readonly StoredEvent[], from = 0): ReturnType<ReturnType<typeof createTally>["state"]> {
  const tally = createTally(from);
  for (const event of events) tally.take(event);
  return tally.state();
}

it("finds nothing wrong where all is told as it is", async () => {
  const { store, notes } = await soaked();
  expect(await checkStore(store, notes)).toEqual({ events: 14, wrong: [] });
});

it("finds what a participant did not see, and what was not recorded", async () => {
  const { store, notes, written } = await soaked();
  const seen = notes.followed.get(written)!;
  notes.hear({ kind: "followed", log: written, tally: { ...seen, count: seen.count - 1 } }, "follower");
  const unseen = newSessionId();
  notes.hear({ kind: "session", session: unseen, maker: "hooks" }, "agent");
  notes.hear({ kind: "marked", session: unseen, marks: 2 }, "agent");
  notes.hear({ kind: "projected", seq: notes.projected!.seq, digest: "another" }, "projector");
  expect((await checkStore(store, notes)).wrong).toEqual([
    `${written}, followed: 4 events, in the log 5`,
    `${unseen}, followed: nothing of it`,
    `${unseen}, hooks: 2 of 2 lost: 0 1`,
    "the projector's records are not those of the log",
    `${unseen} is not in the registry`,
  ]);
});

it("finds an event that the log lost after it was acknowledged", async () => {
  const { store, notes, written } = await soaked();
  const { events } = store.layout.session(written);
  writeFileSync(events, readFileSync(events, "utf8").split("\n").toSpliced(-2, 1).join("\n"));
  expect((await checkStore(store, notes)).wrong).toEqual([
    `${written}, followed: last is 4, in the log 3`,
    `${written}, followed: 5 events, in the log 4`,
    `${written}, acknowledged: last is 4, in the log 3`,
    `${written}, acknowledged: 4 events, in the log 3`,
  ]);
});

it("finds damage", async () => {
  const { store, notes, written } = await soaked();
  const { events } = store.layout.session(written);
  writeFileSync(events, readFileSync(events, "utf8").replace(markOf(1), markOf(7)));
  expect((await checkStore(store, notes)).wrong).toContain(`${written}: verify found something`);
});
