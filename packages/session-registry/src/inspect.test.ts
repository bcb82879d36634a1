import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readOnlyDisk } from "@agentlog/durable-fs";
import { fileStore } from "@agentlog/projection";
import { describe, expect, it } from "vitest";
import { idOf, sighting, temporaryStore, testRegistry } from "./fixtures/registry.js";
import { sessionCollection } from "./fold/collection.js";
import { inspectRegistry, openRegistry, readRegistry } from "./index.js";

describe("readRegistry", () => {
  it("says what the registry says, merged sessions included, and makes nothing", async () => {
    const store = temporaryStore();
    expect(await readRegistry(store)).toEqual({ records: [], events: 0, skipped: 0 });
    expect(existsSync(store.layout.registryDir)).toBe(false);
    await using registry = openRegistry(store);
    await registry.seen(["a", "b", "c"].map((native) => sighting(native)));
    await registry.merge(idOf("c"), idOf("a"));
    const { records, events } = await readRegistry(store, { disk: readOnlyDisk() });
    expect(events).toBe(4);
    for (const id of ["a", "b"].map(idOf))
      expect(records.find(({ session }) => session === id)).toEqual(await registry.get(id));
    expect(records.find(({ session }) => session === idOf("c"))).toMatchObject({ mergedInto: idOf("a") });
  });

  it("reads all of more than a page", async () => {
    const store = temporaryStore();
    const natives = Array.from({ length: 210 }, (_, n) => sighting(`n${n}`));
    await testRegistry(store).seen(natives);
    expect((await readRegistry(store)).records).toHaveLength(210);
  });

  it("tells of what could not be used, and goes on", async () => {
    const store = temporaryStore();
    await testRegistry(store).seen([sighting("a")]);
    appendFileSync(join(store.layout.registryDir, "events.jsonl"), "garbage\n");
    await testRegistry(store).seen([sighting("b")]);
    const problems: string[] = [];
    const { records } = await readRegistry(store, { onProblem: ({ kind }) => problems.push(kind) });
    expect([records.length, problems]).toEqual([2, ["log-damage"]]);
  });
});

describe("inspectRegistry", () => {
  it("[PR-1] knows its own version from others, and a log that is not the one any more", async () => {
    const store = temporaryStore();
    const { registryDir } = store.layout;
    const readModels = fileStore({ path: join(registryDir, "checkpoints"), flushEvents: 1 });
    const registry = openRegistry(store, { readModels });
    await registry.seen([sighting("a"), sighting("b")]);
    await registry.find();
    await registry.close();
    const { version } = sessionCollection;
    const own = { name: "sessions", version, current: true };
    expect(inspectRegistry(store, { disk: readOnlyDisk() })).toMatchObject([{ ...own, state: "fits" }]);
    mkdirSync(join(registryDir, "checkpoints", "sessions.v1"));
    expect(inspectRegistry(store)).toMatchObject([{ version: 1, current: false, state: "empty" }, own]);
    const log = join(registryDir, "events.jsonl");
    writeFileSync(log, readFileSync(log).subarray(0, -10));
    expect(inspectRegistry(store)).toMatchObject([{ version: 1 }, { ...own, state: "unfit" }]);
  });
});
