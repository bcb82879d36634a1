import { cpSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Disk, type OpenedStore } from "@agentlog/durable-fs";
import { countingDisk, everyFault, everyKill, type Fault, faultyDisk } from "@agentlog/durable-fs/testing";
import { openEventLog } from "@agentlog/event-log";
import { memoryStore, openReadModel } from "@agentlog/projection";
import { isAgentlogError } from "@agentlog/types";
import { afterAll, describe, expect, it } from "vitest";
import { idOf, sighting, temporaryStore, time } from "./fixtures/registry.js";
import { openRegistry, type SessionRegistry } from "./index.js";

type Action = (registry: SessionRegistry) => Promise<unknown>;

const actions: Readonly<Record<string, Action>> = {
  "a seen of three": (registry) =>
    registry.seen([
      sighting("new", { at: time(50), cwd: "/w", prompt: "Refactor the flux capacitor" }),
      sighting("newer", { at: time(51), link: { kind: "fork", native: sighting("new").native! } }),
      sighting("a", { at: time(52), title: "goes on" }),
    ]),
  "an alias": (registry) => registry.setAlias(idOf("a"), "one"),
  "a merge": (registry) => registry.merge(idOf("b"), idOf("a")),
  "a sweep": (registry) => registry.sweep({ at: time(99 * 86_400) }),
};

/** Read models through the disk, so that its calls fail too, also where Node has SQLite. */
const open = (store: OpenedStore, disk?: Disk): SessionRegistry =>
  openRegistry(store, {
    lockTimeoutMs: 30,
    disk,
    readModels: openReadModel({ directory: store.layout.registryDir, kind: "file", disk }),
  });

const templates = new Map<boolean, OpenedStore>();

/** A store of its own for each failure, copied from one that is made once. */
async function prepared(isNew: boolean): Promise<OpenedStore> {
  const template = templates.get(isNew) ?? temporaryStore(afterAll);
  if (!templates.has(isNew)) {
    templates.set(isNew, template);
    const registry = open(template);
    if (!isNew) {
      await registry.seen([sighting("old")]);
      await registry.rebuild();
    }
    await registry.seen([sighting("a"), sighting("b")]);
    await registry.close();
  }
  const store = temporaryStore();
  cpSync(template.root, store.root, { recursive: true });
  return store;
}

const events = async (store: OpenedStore): Promise<readonly string[]> => {
  const log = openEventLog(join(store.layout.registryDir, "events.jsonl"));
  const read = await log.readAll();
  await log.close();
  return read.events.map(({ type }) => type);
};

async function attempt(store: OpenedStore, action: Action, plan: readonly Fault[]) {
  const faults = [...plan];
  const disk = faultyDisk(faults);
  const before = await events(store);
  const registry = open(store, disk);
  const result = await action(registry).then(
    () => "acknowledged",
    (error: unknown) => error,
  );
  // A lock that is kept for the next hold takes fewer calls: what was not met by now must not meet what comes after.
  faults.length = 0;
  const after = await events(store);
  return { disk, registry, result, added: after.length - before.length };
}

/** A process that is gone holds no lock; here its pid lives on. */
function freeLocks(store: OpenedStore): void {
  const { registryDir } = store.layout;
  for (const name of readdirSync(registryDir, { recursive: true, encoding: "utf8" }))
    if (/(?:^|[/.])lock$/.test(name)) rmSync(join(registryDir, name), { recursive: true, force: true });
}

/** What a registry answers is what a fresh one, that folds the log anew, answers. */
async function expectWhole(registry: SessionRegistry, store: OpenedStore): Promise<void> {
  const fresh = openRegistry(store, { readModels: memoryStore() });
  expect(await registry.find({ limit: 100 })).toEqual(await fresh.find({ limit: 100 }));
  expect(await registry.tree()).toEqual(await fresh.tree());
  await fresh.close();
}

const cases = [
  ["a seen of three", true],
  ["a seen of three", false],
  ["an alias", false],
  ["a merge", true],
  ["a sweep", true],
] as const;

describe("each system call of a change failed in turn", () => {
  it.each(cases)(
    "[EL-5] %s, new: %s: what is acknowledged is there whole, what is refused is not there, and the next call works",
    async (name, isNew) => {
      const action = actions[name]!;
      const counted = await prepared(isNew);
      const whole = await attempt(counted, action, []);
      await whole.registry.close();
      const wrong: string[] = [];
      const faults = everyFault(whole.disk, ["EIO"]);
      expect(faults.length).toBeGreaterThan(20);
      for (const fault of faults) {
        const at = `${fault.method} ${fault.call}`;
        const store = await prepared(isNew);
        const { registry, result, added } = await attempt(store, action, [fault]);
        if (result === "acknowledged" ? added !== whole.added : added !== 0)
          wrong.push(`${at}: ${String(result)}, ${added} events`);
        if (result !== "acknowledged" && !isAgentlogError(result)) wrong.push(`${at}: ${String(result)}`);
        await action(registry);
        await registry.seen([sighting("next", { at: time(60) })]);
        expect((await registry.byNative("claude", "next"))?.session).toBe(idOf("next"));
        await expectWhole(registry, store);
        await registry.close();
      }
      expect(wrong).toEqual([]);
    },
  );
});

describe("a process that dies at any system call of a change", () => {
  it.each(cases)(
    "[EL-5] %s, new: %s: all of it is there or nothing, and the next process goes on",
    async (name, isNew) => {
      const action = actions[name]!;
      const counted = await prepared(isNew);
      const whole = await attempt(counted, action, []);
      await whole.registry.close();
      const added = new Set<number>();
      for (const fault of everyKill(whole.disk)) {
        const store = await prepared(isNew);
        const dying = await attempt(store, action, [fault]);
        added.add(dying.added);
        if (dying.result === "acknowledged") expect(dying.added).toBe(whole.added);
        freeLocks(store);
        const registry = open(store);
        await action(registry);
        await expectWhole(registry, store);
        await registry.close();
      }
      expect([...added].toSorted()).toEqual([0, whole.added]);
    },
  );
});

describe("reading while the disk fails", () => {
  it("throws errors with a code only, and answers as before when it is over", async () => {
    const store = await prepared(false);
    const good = open(store);
    const expected = await good.find();
    await good.close();
    const queries: Readonly<Record<string, Action>> = {
      find: (registry) => registry.find({ text: "a", agent: "claude" }),
      get: (registry) => registry.get(idOf("a")),
      lookup: (registry) => registry.lookup(idOf("a").slice(0, 20)),
      tree: (registry) => registry.tree(),
      rebuild: (registry) => registry.rebuild(),
    };
    const wrong: string[] = [];
    for (const [name, query] of Object.entries(queries)) {
      const disk = countingDisk();
      const counted = open(store, disk);
      await query(counted);
      await counted.close();
      for (const fault of everyFault(disk, ["EIO"])) {
        const registry = open(store, faultyDisk([fault]));
        await query(registry).catch((error: unknown) => {
          if (!isAgentlogError(error)) wrong.push(`${name}, ${fault.method} ${fault.call}: ${String(error)}`);
        });
        expect(await registry.find()).toEqual(expected);
        await registry.close();
      }
    }
    expect(wrong).toEqual([]);
  });
});
