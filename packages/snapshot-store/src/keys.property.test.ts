import { mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { fileSnapshotStore, memorySnapshotStore, type SnapshotStore } from "./index.js";
import { HOSTILE_KEYS } from "./testing/index.js";

const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlog-")));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const key = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.stringMatching(/^[A-Za-z./\\:~ ]{0,40}$/),
  fc.constantFrom(...HOSTILE_KEYS),
  // Half surrogate pairs, which no file name can hold as they are.
  fc.array(fc.integer({ min: 0xd7f0, max: 0xe010 }), { maxLength: 20 }).map((codes) => String.fromCharCode(...codes)),
);

describe("[DF-6] 1,000 fuzzed keys", () => {
  it("round-trip, alone and in the list, and none leaves the store's folder", async () => {
    const place = join(dir, "outer", "store");
    const store = fileSnapshotStore<{ key: string }>({ directory: place, durable: false });
    const used = new Set<string>();
    await fc.assert(
      fc.asyncProperty(key, async (name) => {
        await store.save(name, { key: name });
        used.add(name);
        const found = await store.load(name);
        expect([found?.key, found?.document]).toEqual([name, { key: name }]);
      }),
      { numRuns: 1_000 },
    );
    const { entries, unreadable } = await store.list();
    expect(unreadable).toEqual([]);
    expect(entries.map((entry) => entry.key).toSorted()).toEqual([...used].toSorted());
    expect(readdirSync(dir)).toEqual(["outer"]);
    expect(readdirSync(dirname(place))).toEqual([basename(place)]);
    const folders = readdirSync(place).filter((name) => name !== ".locks");
    expect(folders).toHaveLength(used.size);
    expect(new Set(folders.map((name) => name.normalize("NFC").toLowerCase())).size).toBe(used.size);
    for (const folder of folders) expect(readdirSync(join(place, folder))).toEqual(["document.json"]);
  });
});

type Step =
  | { readonly do: "save"; readonly key: string; readonly owner: string; readonly ifVersion: number | undefined }
  | { readonly do: "update" | "delete" | "load"; readonly key: string }
  | { readonly do: "list"; readonly owner: string | undefined; readonly limit: number };

const name = fc.constantFrom("a", "A", "b", "");
const owner = fc.constantFrom("x", "y");
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constant("save" as const),
    key: name,
    owner,
    ifVersion: fc.option(fc.nat(3), { nil: undefined }),
  }),
  fc.record({ do: fc.constantFrom("update" as const, "delete" as const, "load" as const), key: name }),
  fc.record({
    do: fc.constant("list" as const),
    owner: fc.option(owner, { nil: undefined }),
    limit: fc.integer({ min: 1, max: 4 }),
  }),
);

describe("any sequence of calls", () => {
  it("answers the same from a file store as from a memory store", async () => {
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.integer({ min: 1, max: 3 }), async (steps, keep) => {
        let [one, two] = [0, 0];
        const directory = join(dir, `model-${runs++}`);
        const file = fileSnapshotStore<Doc>({ directory, keep, durable: false, now: () => one++ });
        const memory = memorySnapshotStore<Doc>({ keep, now: () => two++ });
        for (const each of steps) expect(await take(file, each)).toEqual(await take(memory, each));
      }),
      { numRuns: 60 },
    );
  });
});

interface Doc {
  readonly agentId: string;
  readonly n: number;
}

async function take(store: SnapshotStore<Doc>, one: Step): Promise<unknown> {
  try {
    switch (one.do) {
      case "save":
        return await store.save(one.key, { agentId: one.owner, n: 0 }, { ifVersion: one.ifVersion });
      case "update":
        return await store.update(one.key, (doc) => ({ agentId: "x", n: (doc?.n ?? 0) + 1 }));
      case "delete":
        return await store.delete(one.key);
      case "load":
        return [await store.load(one.key), await store.load(one.key, { version: 2 }), await store.history(one.key)];
      case "list":
        return await store.list({ owner: one.owner, limit: one.limit });
    }
  } catch (error) {
    const { code, actual } = error as { code?: string; actual?: number };
    return { code, actual };
  }
}
