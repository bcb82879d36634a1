import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countingDisk } from "@agentlog/durable-fs/testing";
import { openEventLog, type NewLogEvent } from "@agentlog/event-log";
import { afterEach, beforeEach, expect, it } from "vitest";
import { total } from "./fixtures/tallies.js";
import { defineProjection, fileStore, memoryStore, openProjection } from "./index.js";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  path = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const added = (n: number): NewLogEvent => ({ type: "tally.added", data: { name: "a", n } });

it("has the initial state of an empty log, and folds what comes", async () => {
  const log = openEventLog(path);
  const projection = openProjection(total, { log, store: memoryStore() });
  expect(await projection.state()).toEqual({ events: 0, sum: 0, last: -1 });
  await log.appendMany([added(1), added(2)]);
  await projection.catchUp();
  expect(await projection.state()).toEqual({ events: 2, sum: 3, last: 1 });
  await projection.close();
});

it("[PR-3] goes on over events that are all skipped", async () => {
  const log = openEventLog(path);
  const projection = openProjection(total, { log, store: memoryStore() });
  await log.append({ type: "tally.broken", data: {} });
  expect(await projection.catchUp()).toMatchObject({ events: 1, skipped: 1 });
  await log.append(added(4));
  await projection.catchUp();
  await log.append({ type: "tally.broken", data: {} });
  expect(await projection.catchUp()).toMatchObject({ events: 1, skipped: 1, position: { seq: 2 } });
  expect(await projection.state()).toEqual({ events: 1, sum: 4, last: 1 });
});

it("[PR-2] writes a large state when the log has grown by as much, not with each event", async () => {
  const grown = defineProjection<string>({
    name: "grown",
    version: 1,
    initial: "",
    evolve: (state, event) => state + (event.data as { text: string }).text,
  });
  const log = openEventLog(path);
  const disk = countingDisk();
  const projection = openProjection(grown, {
    log,
    store: fileStore({ path: join(dir, "c"), flushEvents: 0.25, disk }),
  });
  const text = "x".repeat(10_000);
  for (let n = 0; n < 100; n++) {
    await log.append({ type: "text.added", data: { text } });
    await projection.catchUp();
  }
  expect((await projection.state()).length).toBe(1_000_000);
  // A write for every doubling, of some renames each.
  expect(disk.calls.get("renameSync")).toBeLessThan(60);
  await projection.close();
  const again = openProjection(grown, { log, store: fileStore({ path: join(dir, "c") }) });
  const { events } = await again.catchUp();
  expect(events).toBeLessThan(70);
  expect((await again.state()).length).toBe(1_000_000);
  await again.close();
});
