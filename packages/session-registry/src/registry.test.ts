import { describe, expect, it } from "vitest";
import { idOf, sighting, temporaryStore, testRegistry, time } from "./fixtures/registry.js";
import { type SessionRegistry } from "./index.js";

const ids = async (registry: SessionRegistry, filter: Parameters<SessionRegistry["find"]>[0]): Promise<string[]> =>
  (await registry.find(filter)).map(({ session }) => session);

const code = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "no error",
    (error: { code?: unknown }) => error.code,
  );

describe("seen", () => {
  it("mints the same id for a native session everywhere, and knows it again", async () => {
    const registry = testRegistry();
    const [first] = await registry.seen([sighting("a", { cwd: "/w" })]);
    expect(first).toMatchObject({ session: idOf("a"), changed: true, resolution: { source: "minted" } });
    const [again] = await registry.seen([sighting("a", { at: time(60) })]);
    expect(again).toMatchObject({ session: idOf("a"), resolution: { source: "exact", confidence: "exact" } });
    expect(await registry.byNative("claude", "a")).toMatchObject({ session: idOf("a"), cwd: "/w", progress: time(60) });
    expect(await registry.byNative("codex", "a")).toBeUndefined();
  });

  it("appends nothing when it says nothing new", async () => {
    const store = temporaryStore();
    const look = sighting("a", { created: time(0), progress: time(5), cwd: "/w", prompt: "Fix the parser please" });
    expect((await testRegistry(store).seen([look]))[0]?.changed).toBe(true);
    expect((await testRegistry(store).seen([{ ...look, at: time(900) }]))[0]?.changed).toBe(false);
  });

  it("keeps what is of the beginning and what is of now, in whichever order it is told", async () => {
    const early = sighting("a", {
      created: time(0),
      progress: time(10),
      cwd: "/one",
      git: { branch: "main", head: "aa" },
    });
    const late = sighting("a", {
      created: time(0),
      progress: time(99),
      cwd: "/two",
      git: { branch: "topic", head: "bb" },
    });
    for (const order of [
      [early, late],
      [late, early],
    ]) {
      const registry = testRegistry();
      await registry.seen(order);
      expect(await registry.get(idOf("a"))).toMatchObject({
        progress: time(99),
        branch: "topic",
        head: "bb",
        created: time(0),
      });
    }
  });

  it("resolves each sighting of a batch with those before it", async () => {
    const registry = testRegistry();
    const seen = await registry.seen([
      sighting("a", { transcript: { path: "/t/a.jsonl", firstUuid: "u1", lastUuid: "u9" } }),
      sighting("b", { transcript: { path: "/t/b.jsonl", firstUuid: "u10", firstParentUuid: "u9" } }),
      sighting("a"),
    ]);
    expect(seen.map(({ session }) => session)).toEqual([idOf("a"), idOf("b"), idOf("a")]);
    expect((await registry.get(idOf("b")))?.parent).toMatchObject({ session: idOf("a"), kind: "continuation" });
  });

  it("keeps no preview where that is not wanted, and fingerprints all the same", async () => {
    const registry = testRegistry(temporaryStore(), { storeFirstPrompt: false });
    await registry.seen([sighting("a", { prompt: "Refactor the flux capacitor" })]);
    const record = await registry.get(idOf("a"));
    expect(record?.promptPreview).toBeUndefined();
    expect(Object.keys(record?.fingerprints ?? {})).toEqual(["first_human_prompt_v1"]);
    expect(JSON.stringify(record)).not.toContain("capacitor");
  });

  it("[ID-2] offers an equal first prompt as a candidate and never merges on it alone", async () => {
    const registry = testRegistry();
    const about = { prompt: "Refactor the flux capacitor", cwd: "/w", git: { branch: "main" } };
    await registry.seen([sighting("a", about), sighting("b", { ...about, at: time(9) })]);
    expect(await ids(registry, {})).toHaveLength(2);
    expect((await registry.get(idOf("b")))?.candidates).toMatchObject([{ session: idOf("a") }]);
  });

  it("joins by fingerprint where that is asked for, and a split is not undone by it", async () => {
    const registry = testRegistry(temporaryStore(), { resolve: { fingerprint: "join" } });
    const about = { prompt: "Refactor the flux capacitor", cwd: "/w", git: { branch: "main" } };
    await registry.seen([sighting("a", about), sighting("b", { ...about, at: time(9) })]);
    expect(await registry.byNative("claude", "b")).toMatchObject({ session: idOf("a"), logs: [idOf("a"), idOf("b")] });
    await registry.split(idOf("a"), { agent: "claude", native: "b" });
    await registry.seen([sighting("b", { ...about, at: time(99) })]);
    expect((await registry.byNative("claude", "b"))?.session).toBe(idOf("b"));
    expect((await registry.get(idOf("a")))?.natives.map(({ native }) => native)).toEqual(["a"]);
  });

  it("joins a cleared conversation to the one before it by the process alone", async () => {
    const registry = testRegistry();
    await registry.seen([
      sighting("a", { hook: { endedByClear: true, process: "77 1234" } }),
      sighting("b", { at: time(1), hook: { source: "clear", process: "77 1234" } }),
      sighting("c", { at: time(1), hook: { source: "clear", process: "78 1234" } }),
    ]);
    expect((await registry.get(idOf("b")))?.parent).toMatchObject({ session: idOf("a"), kind: "clear" });
    expect((await registry.get(idOf("c")))?.parent).toBeUndefined();
  });

  it("makes an archived session active again when it goes on", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a")]);
    await registry.sweep({ at: time(60 * 86_400) });
    expect((await registry.get(idOf("a")))?.activity).toBe("archived");
    await registry.seen([sighting("a", { at: time(61 * 86_400) })]);
    expect((await registry.get(idOf("a")))?.activity).toBe("active");
  });
});

describe("sweep", () => {
  it("idles at 14 days and archives at 30, by the latest sign of life", async () => {
    const registry = testRegistry();
    const day = 86_400;
    await registry.seen([
      sighting("new", { at: time(50 * day) }),
      sighting("fortnight", { at: time(40 * day) }),
      sighting("old", { at: time(0) }),
      sighting("written", {
        at: time(0),
        progress: time(0),
        transcript: { path: "/t", mtime: "2026-07-20T12:00:00+02:00" },
      }),
    ]);
    const now = { at: time(55 * day) };
    const swept = { idled: [idOf("fortnight")], archived: [idOf("old")] };
    expect(await registry.sweep({ ...now, dryRun: true })).toEqual(swept);
    expect(await ids(registry, { activity: "active" })).toHaveLength(4);
    expect(await registry.sweep(now)).toEqual(swept);
    expect(await registry.sweep(now)).toEqual({ idled: [], archived: [] });
    expect(await ids(registry, { activity: "archived" })).toEqual([idOf("old")]);
  });
});

describe("what people say", () => {
  it("gives an alias to one session only, which is then found by it", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a"), sighting("b")]);
    expect(await registry.setAlias(idOf("a"), " parser ", { dryRun: true })).toMatchObject({ changed: true });
    expect(await code(registry.lookup("parser"))).toBe("NOT_FOUND");
    await registry.setAlias(idOf("a"), " parser ");
    expect((await registry.lookup("parser")).session).toBe(idOf("a"));
    expect(await code(registry.setAlias(idOf("b"), "parser"))).toBe("ALIAS_TAKEN");
    for (const bad of ["", "x".repeat(201), "a\u001b[31m", "sess_1"])
      expect(await code(registry.setAlias(idOf("b"), bad))).toBe("USAGE");
    await registry.setAlias(idOf("a"), undefined);
    expect(await code(registry.lookup("parser"))).toBe("NOT_FOUND");
  });

  it("links and unlinks tasks and projects, each session its own", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a"), sighting("b")]);
    await registry.link(idOf("a"), { tasks: ["T-1", "T-2"], projects: ["core"] });
    await registry.link(idOf("b"), { tasks: ["T-1"] });
    expect((await ids(registry, { task: "T-1" })).toSorted()).toEqual([idOf("a"), idOf("b")].toSorted());
    await registry.unlink(idOf("a"), { tasks: ["T-1"] });
    expect(await ids(registry, { task: "T-1" })).toEqual([idOf("b")]);
    expect(await ids(registry, { project: "core", task: "T-2" })).toEqual([idOf("a")]);
    expect((await registry.link(idOf("b"), { tasks: ["T-1"] })).changed).toBe(false);
  });

  it("closes and reopens, and reopening clears the closing", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a")]);
    await registry.closeSession(idOf("a"), { outcome: "blocked", reason: "waits for review" }, { at: time(5) });
    expect(await registry.get(idOf("a"))).toMatchObject({
      outcome: "blocked",
      closedAt: time(5),
      closedReason: "waits for review",
    });
    expect(await ids(registry, { outcome: "blocked" })).toEqual([idOf("a")]);
    const { record } = await registry.reopen(idOf("a"));
    expect(record).toMatchObject({ outcome: "open" });
    expect(record).not.toHaveProperty("closedAt");
    expect(record).not.toHaveProperty("closedReason");
  });

  it("refuses a parent that would close a cycle, also when both are asked for at once", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a"), sighting("b"), sighting("c")]);
    await registry.setParent(idOf("b"), idOf("a"));
    await registry.setParent(idOf("c"), idOf("b"));
    expect(await code(registry.setParent(idOf("a"), idOf("c")))).toBe("PARENT_CYCLE");
    expect(await code(registry.setParent(idOf("a"), idOf("a")))).toBe("PARENT_CYCLE");
    await registry.setParent(idOf("b"), undefined);
    await registry.setParent(idOf("c"), undefined);
    const both = await Promise.all([
      code(registry.setParent(idOf("a"), idOf("b"))),
      code(registry.setParent(idOf("b"), idOf("a"))),
    ]);
    expect(both.toSorted()).toEqual(["PARENT_CYCLE", "no error"]);
  });

  it("lets a person's parent stand against what was inferred", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a"), sighting("b"), sighting("c")]);
    const inferred = { parent: idOf("a"), kind: "fork" as const, evidence: [{ kind: "shared-uuids", value: "34" }] };
    expect((await registry.inferParent(idOf("c"), inferred)).record.parent).toMatchObject({
      session: idOf("a"),
      by: "inference",
    });
    await registry.setParent(idOf("c"), idOf("b"));
    expect((await registry.inferParent(idOf("c"), inferred)).record.parent).toMatchObject({
      session: idOf("b"),
      by: "person",
    });
  });
});

describe("merge and split", () => {
  it("makes two sessions one piece of work, and takes it back", async () => {
    const registry = testRegistry();
    await registry.seen([
      sighting("a", { cwd: "/w", created: time(0), progress: time(9) }),
      sighting("b", { cwd: "/v", created: time(5), progress: time(50), transcript: { path: "/t/b.jsonl" } }),
      sighting("c", { link: { kind: "fork", native: sighting("b").native! } }),
    ]);
    const before = await registry.get(idOf("b"));
    await registry.link(idOf("b"), { tasks: ["T-1"] });
    const { record } = await registry.merge(idOf("b"), idOf("a"));
    expect(record).toMatchObject({
      session: idOf("a"),
      tasks: ["T-1"],
      progress: time(50),
      logs: [idOf("a"), idOf("b")],
    });
    expect((await registry.get(idOf("b")))?.session).toBe(idOf("a"));
    expect((await registry.lookup(idOf("b"))).session).toBe(idOf("a"));
    expect((await ids(registry, {})).toSorted()).toEqual([idOf("a"), idOf("c")].toSorted());
    expect((await registry.seen([sighting("b", { at: time(60) })]))[0]?.session).toBe(idOf("a"));
    const tree = await registry.tree(idOf("c"));
    expect(tree.map(({ record: one, depth }) => [one.session, depth])).toEqual([
      [idOf("a"), 0],
      [idOf("c"), 1],
    ]);

    await registry.split(idOf("a"), { agent: "claude", native: "b" });
    expect(await registry.get(idOf("b"))).toMatchObject({ ...before, tasks: ["T-1"] });
    expect((await registry.get(idOf("a")))?.natives.map(({ native }) => native)).toEqual(["a"]);
    expect((await registry.tree(idOf("c")))[0]?.record.session).toBe(idOf("b"));
  });

  it("undoes nested merges one at a time", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a"), sighting("b"), sighting("c")]);
    await registry.merge(idOf("a"), idOf("b"));
    await registry.merge(idOf("b"), idOf("c"));
    expect((await registry.byNative("claude", "a"))?.session).toBe(idOf("c"));
    await registry.split(idOf("c"), { agent: "claude", native: "a" });
    expect((await registry.byNative("claude", "a"))?.session).toBe(idOf("b"));
    expect((await registry.byNative("claude", "b"))?.session).toBe(idOf("b"));
    await registry.split(idOf("b"), { agent: "claude", native: "a" });
    expect((await registry.byNative("claude", "a"))?.session).toBe(idOf("a"));
    expect(await ids(registry, {})).toHaveLength(3);
  });

  it("merges a child into its parent and a parent into its child without a cycle, and refuses what would leave one", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a"), sighting("b"), sighting("c")]);
    await registry.setParent(idOf("b"), idOf("a"));
    await registry.setParent(idOf("c"), idOf("b"));
    expect(await code(registry.merge(idOf("a"), idOf("c")))).toBe("PARENT_CYCLE");
    expect((await registry.merge(idOf("a"), idOf("b"))).record.parent).toBeUndefined();
    expect((await registry.merge(idOf("c"), idOf("b"))).record).toMatchObject({ session: idOf("b") });
    expect((await registry.tree(idOf("b"))).map(({ record }) => record.session)).toEqual([idOf("b")]);
  });

  it("unbinds a native session, and splits only what it has", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a")]);
    expect(await code(registry.split(idOf("a"), { agent: "claude", native: "x" }))).toBe("NOT_FOUND");
    expect(await code(registry.split(idOf("a"), { agent: "claude", native: "a" }))).toBe("USAGE");
    await registry.unbind(idOf("a"), { agent: "claude", native: "a" });
    expect(await registry.byNative("claude", "a")).toBeUndefined();
  });
});

describe("find", () => {
  it("answers each filter, alone and together, the latest first", async () => {
    const registry = testRegistry();
    await registry.seen([
      sighting("a", { at: time(1), cwd: "/w/app", git: { branch: "main" }, prompt: "Écrire le parseur JSON" }),
      sighting("b", { at: time(3), cwd: "/w/app/sub", git: { branch: "topic" }, prompt: "解析器を書く" }),
      sighting("c", { at: time(2), agent: "codex", cwd: "/w/application", title: "Parser rewrite" }),
    ]);
    const found = await ids(registry, {});
    expect(found).toEqual([idOf("b"), (await registry.byNative("codex", "c"))?.session, idOf("a")]);
    expect(await ids(registry, { limit: 1 })).toEqual([idOf("b")]);
    expect(await ids(registry, { cwd: "/w/app" })).toEqual([idOf("b"), idOf("a")]);
    expect(await ids(registry, { cwd: "/w/app/", branch: "main" })).toEqual([idOf("a")]);
    expect(await ids(registry, { agent: "codex" })).toHaveLength(1);
    expect(await ids(registry, { text: "parse" })).toHaveLength(2);
    expect(await ids(registry, { text: "parser" })).toHaveLength(1);
    expect(await ids(registry, { text: "écrire pars" })).toEqual([idOf("a")]);
    expect(await ids(registry, { text: "析" })).toEqual([idOf("b")]);
    expect(await ids(registry, { since: time(2), until: time(3) })).toHaveLength(1);
    expect(await ids(registry, { since: "2026-06-01T14:00:03+02:00" })).toEqual([idOf("b")]);
    expect(await ids(registry, { text: "nothing such" })).toEqual([]);
    expect(await code(registry.find({ since: "yesterday" }))).toBe("USAGE");
  });
});

describe("tree", () => {
  it("tells forks, sub-agents and clears apart and survives any depth", async () => {
    const registry = testRegistry();
    const chain = Array.from({ length: 300 }, (_, n) =>
      sighting(`n${n}`, n === 0 ? {} : { link: { kind: "fork", native: sighting(`n${n - 1}`).native! } }),
    );
    await registry.seen(chain);
    const rows = await registry.tree(idOf("n150"));
    expect(rows.map(({ depth }) => depth)).toEqual(chain.map((_, n) => n));
    expect(rows.at(-1)).toMatchObject({ isLast: true, edge: { kind: "fork", by: "agent" } });
  });

  it("shows a session whose parent nobody has seen yet, and joins them when it comes", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("child", { link: { kind: "sub-agent", native: sighting("parent").native! } })]);
    expect(await registry.tree(idOf("child"))).toMatchObject([{ broken: "missing-parent" }]);
    await registry.seen([sighting("parent")]);
    expect((await registry.tree(idOf("child"))).map(({ record }) => record.session)).toEqual([
      idOf("parent"),
      idOf("child"),
    ]);
  });
});
