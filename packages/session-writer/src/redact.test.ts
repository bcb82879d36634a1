import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type NewLogEvent } from "@agentlog/event-log";
import { type Sighting } from "@agentlog/types";
import { expect, it } from "vitest";
import { allEvents, temporaryStore } from "./fixtures/store.js";
import { createSession, resumeSession } from "./index.js";

/** Made here, so that no scanner takes this file for a leak. */
const SECRET = `sk-${"a1B2".repeat(12)}`;

const masked = (event: NewLogEvent): NewLogEvent =>
  JSON.parse(JSON.stringify(event).replaceAll(SECRET, "***")) as NewLogEvent;

it("[H-90] redact has its say on all that a session writes; the registry is told its name as it is", async () => {
  const store = temporaryStore();
  const told: Sighting[] = [];
  const registry = { seen: async (sightings: readonly Sighting[]) => told.push(...sightings) };
  const session = await createSession({
    store,
    redact: masked,
    registry,
    name: `with ${SECRET}`,
    command: ["deploy", SECRET],
    tags: { token: SECRET },
  });
  await session.message.sent({ role: "user", text: `mine is ${SECRET}` });
  session.emitSync({ type: "note.added", data: { text: SECRET } });
  await session.emit({ type: "blob.added", data: { text: `${SECRET} ${"long ".repeat(300_000)}` } });
  await session.finish({ outcome: "failure", error: `no ${SECRET}` });
  const next = await resumeSession({ store, redact: masked, id: session.id, command: [SECRET] });
  const names = readdirSync(store.root, { recursive: true, encoding: "utf8" });
  for (const name of names) {
    expect(name).not.toContain(SECRET);
    if (statSync(join(store.root, name)).isFile())
      expect(readFileSync(join(store.root, name), "utf8").includes(SECRET), name).toBe(false);
  }
  expect(names.some((name) => name.endsWith("presence.json"))).toBe(true);
  await next.finish({ outcome: "success" });
  const events = await allEvents(store, session.id);
  expect(JSON.stringify(events).match(/\*\*\*/g)?.length).toBeGreaterThanOrEqual(6);
  expect(told[0]).toMatchObject({ title: `with ${SECRET}` });
});

it("[H-90] presence tells of the process, and of nothing that was recorded or is in its environment", async () => {
  const store = temporaryStore();
  process.env["AGENTLOG_TEST_SECRET"] = SECRET;
  const session = await createSession({ store, name: SECRET, command: [SECRET], tags: { [SECRET]: SECRET } });
  await session.emit({ type: "note.added", data: { text: SECRET } });
  delete process.env["AGENTLOG_TEST_SECRET"];
  expect(readFileSync(store.layout.session(session.id).presence, "utf8")).not.toContain(SECRET);
  await session.finish({ outcome: "success" });
});
