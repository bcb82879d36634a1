import { memoryStore, type OpenReadModelStore } from "@agentlog/projection";
import { agentlogError } from "@agentlog/types";
import { beforeAll, describe, expect, it } from "vitest";
import { idOf, sighting, temporaryStore, testRegistry, time } from "../fixtures/registry.js";
import { openRegistry, type FindFilter, type SessionRegistry } from "../index.js";
import { openStore } from "@agentlog/durable-fs";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

const natives = async (registry: SessionRegistry, filter: FindFilter): Promise<unknown[]> =>
  (await registry.find(filter)).map((one) => one.natives[0]?.native);

describe("find", () => {
  it("finds an alias, also with a time beside it", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a"), sighting("b")]);
    await registry.setAlias(idOf("a"), "Zoe\u0308");
    for (const filter of [
      {},
      { since: time(-9) },
      { until: time(9) },
      { since: time(-9), until: time(9), agent: "claude" },
    ])
      expect(await natives(registry, { alias: " Zo\u00eb ", ...filter })).toEqual(["a"]);
    expect(await natives(registry, { alias: "Zo\u00eb", since: time(9) })).toEqual([]);
    expect(await natives(registry, { alias: "Zo\u00eb", text: "zo", agent: "codex" })).toEqual([]);
  });

  it("takes a task as it takes it in link", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a")]);
    await registry.link(idOf("a"), { tasks: [" cafe\u0301 "], projects: ["cafe\u0301"] });
    expect(await natives(registry, { task: "caf\u00e9" })).toEqual(["a"]);
    expect(await natives(registry, { task: " cafe\u0301", project: "cafe\u0301 " })).toEqual(["a"]);
  });

  it("finds what is below a directory: the root, one that is very deep, one of Windows, and never a neighbour", async () => {
    const registry = testRegistry();
    const deep = `/${Array.from({ length: 80 }, (_, n) => `d${n}`).join("/")}`;
    const all = { root: "/", app: "/w/app/", deep, beside: `${deep}x`, win: "C:\\w\\app", share: "\\\\host\\share\\x" };
    await registry.seen(Object.entries(all).map(([name, cwd], at) => sighting(name, { cwd, at: time(at) })));
    expect(await natives(registry, { cwd: "/" })).toEqual(["beside", "deep", "app", "root"]);
    expect(await natives(registry, { cwd: deep })).toEqual(["deep"]);
    expect(await natives(registry, { cwd: "/w/" })).toEqual(["app"]);
    expect(await natives(registry, { cwd: "C:\\" })).toEqual(["win"]);
    expect(await natives(registry, { cwd: "\\\\host\\share" })).toEqual(["share"]);
    expect(await natives(registry, { cwd: "/w/ap" })).toEqual([]);
  });

  it("gives what a limit asks for", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a"), sighting("b"), sighting("c")]);
    const counts = [0, -1, 0.5, 1, 2.7, 3, Number.POSITIVE_INFINITY, Number.NaN];
    const found = await Promise.all(counts.map(async (limit) => (await registry.find({ limit })).length));
    expect(found).toEqual([0, 0, 0, 1, 2, 3, 3, 0]);
    expect(await registry.find({ limit: Number.NaN, text: "claude" })).toEqual([]);
  });
});

interface Counts {
  entries: number;
  records: number;
}

/** A store that counts what is read of it. */
function counting(store: OpenReadModelStore, counts: Counts): OpenReadModelStore {
  return (spec) => {
    const inner = store(spec);
    return {
      ...inner,
      get: (key) => {
        counts.records += 1;
        return inner.get(key);
      },
      scan: async (index, range) => {
        const found = await inner.scan(index, range);
        counts.entries += found.length;
        return found;
      },
      records: () => {
        throw agentlogError("INTERNAL", "find reads records one by one", {});
      },
    };
  };
}

describe("what find reads", () => {
  const SESSIONS = 4000;
  const counts = { entries: 0, records: 0 };
  const folder = mkdtempSync(join(tmpdir(), "agentlog-registry-"));
  const store = openStore(join(folder, "store"));
  const model = memoryStore();
  const registry = openRegistry(store, { readModels: counting(model, counts) });
  afterAll(async () => {
    await registry.close();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeAll(async () => {
    const filling = openRegistry(store, { readModels: model });
    await filling.seen(
      Array.from({ length: SESSIONS }, (_, n) =>
        sighting(`n${n}`, {
          at: time(n * 60),
          // Codex was given up when the first half was done, and whatever is closed is of the second half but for a few.
          agent: n < SESSIONS / 2 ? "codex" : "claude",
          cwd: `/w/${n % 2 === 0 ? "app" : "lib"}/${n % 100}`,
          git: { branch: n % 100 === 7 ? "rare" : "main" },
          title: `common ${n < 1500 ? "oldish" : "newer"} ${n === 5 ? "unique" : ""}`,
        }),
      ),
    );
    const closed = (await filling.find({ agent: "claude", limit: 300 })).concat(
      await filling.find({ agent: "codex", limit: 12 }),
    );
    for (const { session } of closed) await filling.closeSession(session, { outcome: "done" });
    for (const { session } of await filling.find({ agent: "codex", cwd: "/w/lib", limit: 15 }))
      await filling.link(session, { tasks: ["T-1"], projects: ["core"] });
    await filling.sweep({ at: time(SESSIONS * 60), idleDays: 1, archiveDays: 2 });
    await filling.setAlias(closed[0]!.session, "one");
    await filling.close();
    await registry.find({ limit: 1 });
  });

  const few: FindFilter[] = [
    {},
    { agent: "codex" },
    { agent: "claude" },
    { cwd: "/w/app" },
    { cwd: "/w" },
    { branch: "rare" },
    { branch: "main" },
    { outcome: "done" },
    { outcome: "open" },
    { activity: "archived" },
    { activity: "active" },
    { task: "T-1" },
    { project: "core", agent: "codex" },
    { alias: "one", agent: "claude" },
    { until: time(600_00) },
    { since: time(100), until: time(9000) },
    { text: "common" },
    { text: "unique" },
    // The newest of one is long after the newest of the other.
    { agent: "codex", activity: "archived", cwd: "/w/app" },
    { agent: "codex", outcome: "done" },
    { outcome: "open", activity: "idle", agent: "claude" },
    { task: "T-1", agent: "codex", branch: "main", cwd: "/w/lib" },
    { agent: "codex", activity: "archived", text: "common" },
  ];

  it.each(few.map((filter) => [JSON.stringify(filter), filter] as const))(
    "%s: a page or two of each index",
    async (_, filter) => {
      Object.assign(counts, { entries: 0, records: 0 });
      const found = await registry.find({ ...filter, limit: 10 });
      expect(found.length).toBeGreaterThan(0);
      expect(counts.records).toBeLessThanOrEqual(16);
      expect(counts.entries).toBeLessThanOrEqual(64 * Math.max(1, Object.keys(filter).length));
    },
  );

  it("words that many sessions have, and none of the latest: only sessions that have them are read", async () => {
    Object.assign(counts, { entries: 0, records: 0 });
    expect(await registry.find({ text: "oldish", limit: 10 })).toHaveLength(10);
    expect(counts.records).toBeLessThanOrEqual(1000 + 16);
  });

  it("a whole id is one record, and the beginning of one no more than are named", async () => {
    const { session } = (await registry.find({ limit: 1 }))[0]!;
    Object.assign(counts, { entries: 0, records: 0 });
    await registry.lookup(session);
    await registry.lookup(session.slice(0, 20));
    expect(counts.records).toBeLessThanOrEqual(2);
    await expect(registry.lookup(session.slice(0, 6))).rejects.toMatchObject({ code: "AMBIGUOUS_ID" });
    expect(counts.records).toBeLessThanOrEqual(2 + 11);
  });
});

describe("lookup", () => {
  it("counts what was merged as what it was merged into, however many there are", async () => {
    const registry = testRegistry(temporaryStore());
    const names = Array.from({ length: 60 }, (_, n) => `n${n}`);
    await registry.seen(names.map((name) => sighting(name)));
    const sorted = names.map(idOf).toSorted();
    const [into, ...rest] = sorted as [ReturnType<typeof idOf>, ...ReturnType<typeof idOf>[]];
    for (const one of rest.slice(0, -1)) await registry.merge(one, into);
    await expect(registry.lookup("sess_")).rejects.toMatchObject({ code: "NOT_FOUND" });
    const prefix = "0123456789abcdef".split("").find((digit) => rest.at(-1)!.startsWith(`sess_${digit}`))!;
    expect((await registry.lookup(rest.at(-1)!.slice(5, 14))).session).toBe(rest.at(-1));
    const alike = rest.slice(0, -1).filter((id) => id.startsWith(`sess_${prefix}`));
    const found = await registry.lookup(prefix).catch((error: unknown) => error);
    expect(found).toMatchObject(alike.length > 0 ? { code: "AMBIGUOUS_ID" } : { session: rest.at(-1) });
    await registry.merge(rest.at(-1)!, into);
    expect((await registry.lookup(prefix)).session).toBe(into);
    expect((await registry.lookup(prefix.toUpperCase())).session).toBe(into);
  });
});
