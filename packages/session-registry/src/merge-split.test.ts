import { deriveSessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { idOf, sighting, testRegistry, time } from "./fixtures/registry.js";
import { type SessionRecord, type SessionRegistry } from "./index.js";

const code = async (work: Promise<unknown>): Promise<unknown> =>
  await work.then(
    () => "no error",
    (error: { code?: unknown }) => error.code,
  );
const native = (name: string): { agent: string; native: string } => ({ agent: "claude", native: name });
const [a, b, c, d] = ["a", "b", "c", "d"].map(idOf) as [
  ReturnType<typeof idOf>,
  ReturnType<typeof idOf>,
  ReturnType<typeof idOf>,
  ReturnType<typeof idOf>,
];
const broken = async (registry: SessionRegistry): Promise<unknown[]> =>
  (await registry.tree(undefined)).filter((row) => row.broken !== undefined);
/** A record as it was, but for what a split leaves on purpose. */
const but = (record: SessionRecord | undefined): unknown => {
  const { refused: _refused, ...rest } = record!;
  return rest;
};

/** Three sessions that differ in everything a merge touches. */
async function three(): Promise<SessionRegistry> {
  const registry = testRegistry();
  await registry.seen(
    ["a", "b", "c"].map((name, at) =>
      sighting(name, {
        created: time(90 - 30 * at),
        progress: time(100 + at),
        cwd: at === 0 ? undefined! : `/${name}`,
        git: at === 0 ? {} : { branch: name, head: `h${at}` },
        title: at === 0 ? undefined! : `title of ${name}`,
        prompt: `Please do the work of ${name} now`,
        run: at + 1,
        transcript: { path: `/t/${name}.jsonl`, firstUuid: `${name}1`, lastUuid: `${name}9`, heads: [`${name}1`] },
        titles: [{ text: `from ${name}`, of: `${name}-else` }],
        subAgents: [{ id: `sub-${name}` }, { id: "shared", name }],
      }),
    ),
  );
  await registry.link(a, { tasks: ["T-0", "T-shared"] });
  await registry.link(b, { tasks: ["T-1", "T-shared"], projects: ["p"] });
  await registry.link(c, { tasks: ["T-2", "T-1"] });
  await registry.setAlias(b, "bee");
  await registry.addTitle(b, "a foreign title", c);
  await registry.setParent(b, c);
  return registry;
}

describe("[ID-2] a merge that is taken back", () => {
  it("[ID-2] leaves nothing of one in the other", async () => {
    const registry = await three();
    const before = [await registry.get(a), await registry.get(b)];
    const { record } = await registry.merge(b, a);
    expect(record).toMatchObject({
      alias: "bee",
      cwd: "/b",
      tasks: ["T-0", "T-shared", "T-1"],
      runs: 3,
      parent: { session: c },
    });
    await registry.split(a, native("b"));
    expect([but(await registry.get(a)), but(await registry.get(b))]).toEqual(before.map(but));
    expect((await registry.lookup("bee")).session).toBe(b);
    expect((await registry.sharing("claude", ["b1"])).map(({ session }) => session)).toEqual([b]);
  });

  it("[ID-2] keeps what has come since", async () => {
    const registry = await three();
    await registry.merge(b, a);
    await registry.link(a, { tasks: ["T-new"] });
    await registry.setAlias(a, "ay");
    await registry.seen([sighting("a", { at: time(500), progress: time(500), title: "new title", run: 9 })]);
    await registry.split(a, native("b"));
    expect(await registry.get(a)).toMatchObject({
      alias: "ay",
      title: "new title",
      tasks: ["T-0", "T-shared", "T-new"],
      progress: time(500),
    });
  });

  it("[ID-2] takes back two merges in any order", async () => {
    for (const order of [
      ["b", "c"],
      ["c", "b"],
    ]) {
      const registry = await three();
      await registry.setParent(b, undefined);
      const before = but(await registry.get(a));
      await registry.merge(b, a);
      await registry.merge(c, a);
      for (const one of order) await registry.split(a, native(one));
      expect(but(await registry.get(a))).toEqual(before);
    }
  });

  it("[ID-2] of a session without a native one, by its id", async () => {
    const registry = testRegistry();
    const own = deriveSessionId("writer", "s");
    await registry.seen([sighting("a"), { agent: "mine", session: own, at: time(1), title: "a run of my own" }]);
    const before = await registry.get(a);
    await registry.merge(own, a);
    expect((await registry.get(own))?.session).toBe(a);
    expect(await code(registry.split(a, { session: b }))).toBe("NOT_FOUND");
    await registry.split(a, { session: own });
    expect(await registry.get(own)).toMatchObject({ session: own, title: "a run of my own" });
    expect(await registry.get(a)).toEqual(before);
    expect(await registry.find()).toHaveLength(2);
  });

  it("gives no alias to two sessions when another one has taken it meanwhile", async () => {
    const registry = await three();
    await registry.merge(b, a);
    await registry.setAlias(a, "ay");
    await registry.setAlias(c, "bee");
    await registry.split(a, native("b"));
    expect((await registry.get(b))?.alias).toBeUndefined();
    expect((await registry.lookup("bee")).session).toBe(c);
  });

  it("closes no cycle when what came from it has become its parent", async () => {
    const registry = testRegistry();
    await registry.seen(["a", "b", "p", "x"].map((name) => sighting(name)));
    const [p, x] = [idOf("p"), idOf("x")];
    await registry.setParent(b, p);
    await registry.setParent(x, b);
    await registry.merge(b, a);
    await registry.setParent(a, undefined);
    await registry.setParent(p, x);
    await registry.split(a, native("b"));
    expect(await broken(registry)).toEqual([]);
    expect((await registry.tree(p)).map(({ record }) => record.session)).toEqual([b, x, p]);
  });

  it("[ID-3] does not take a native session out of the session it is in by now", async () => {
    const registry = testRegistry(undefined, { resolve: { fingerprint: "join" } });
    const about = { prompt: "Refactor the flux capacitor", cwd: "/w", git: { branch: "main" } };
    await registry.seen([sighting("b", about), sighting("c", { ...about, at: time(9) })]);
    await registry.seen([sighting("a")]);
    await registry.merge(b, a);
    expect(await code(registry.unbind(a, native("c")))).toBe("USAGE");
    await registry.split(a, native("c"));
    await registry.unbind(b, native("c"));
    await registry.merge(b, a);
    await registry.seen([sighting("c", { ...about, at: time(99) })]);
    await registry.split(a, native("b"));
    expect((await registry.get(b))?.natives.map((one) => one.native)).toEqual(["b"]);
    expect((await registry.byNative("claude", "c"))?.session).toBe(c);
  });
});

describe("no command leaves a cycle of parents", () => {
  it("a grandchild merged into the root", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a"), sighting("b"), sighting("c")]);
    await registry.setParent(b, a);
    await registry.setParent(c, b);
    await registry.merge(c, a);
    expect(await broken(registry)).toEqual([]);
    expect((await registry.tree(b)).map(({ record }) => record.session)).toEqual([a, b]);
  });

  it("a session merged into the one that its parent was merged into", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a"), sighting("b"), sighting("c")]);
    await registry.setParent(c, b);
    await registry.merge(b, a);
    await registry.merge(c, a);
    expect((await registry.get(a))?.parent).toBeUndefined();
    expect(await broken(registry)).toEqual([]);
  });

  it("two transcripts that name each other", async () => {
    const link = (to: string) => ({ kind: "fork" as const, native: sighting(to).native! });
    for (const batch of [
      [sighting("a", { link: link("b") }), sighting("b", { link: link("a") })],
      [sighting("a", { link: link("b") }), sighting("b", { link: link("c") }), sighting("c", { link: link("a") })],
    ]) {
      const [together, apart] = [testRegistry(), testRegistry()];
      await together.seen(batch);
      for (const one of batch) await apart.seen([one]);
      expect(await broken(together)).toEqual([]);
      expect(await together.tree(a)).toHaveLength(batch.length);
      expect(await apart.tree(a)).toEqual(await together.tree(a));
    }
  });
});

describe("a person's word", () => {
  it("that a session has no parent stands against sightings and inference", async () => {
    const registry = testRegistry();
    const child = sighting("b", { link: { kind: "fork", native: sighting("a").native! } });
    await registry.seen([sighting("a"), child]);
    await registry.setParent(b, undefined);
    await registry.seen([{ ...child, at: time(50), progress: time(50) }]);
    await registry.inferParent(b, { parent: a, kind: "fork", evidence: [] });
    expect((await registry.get(b))?.parent).toBeUndefined();
    await registry.setParent(b, a);
    expect((await registry.get(b))?.parent).toMatchObject({ session: a, by: "person" });
    expect(await registry.get(b)).not.toHaveProperty("parentless");
  });

  it("may have 4,000 characters and several lines, as the reason of a closing", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a")]);
    const reason = "It waits.\n".repeat(400).trim();
    await registry.closeSession(a, { outcome: "blocked", reason });
    expect((await registry.get(a))?.closedReason).toBe(reason);
    for (const bad of ["x".repeat(4097), "\u001b[31m", "  "])
      expect(await code(registry.closeSession(a, { outcome: "done", reason: bad }))).toBe("USAGE");
  });

  it("is refused with a time that is none", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a")]);
    expect(await code(registry.sweep({ at: "yesterday" }))).toBe("USAGE");
    expect(await code(registry.reopen(a, { at: "2026-13-40T00:00:00Z" }))).toBe("USAGE");
  });

  it("is not dropped in silence when there are a hundred tasks already", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a")]);
    await registry.link(a, { tasks: Array.from({ length: 100 }, (_, n) => `T-${n}`) });
    expect(await code(registry.link(a, { tasks: ["T-100"] }))).toBe("USAGE");
    expect((await registry.link(a, { tasks: ["T-7"] })).changed).toBe(false);
  });
});

describe("[ID-3] one native session, one session", () => {
  it("[ID-3] a writer that runs a known native session does not get a second copy of it", async () => {
    const registry = testRegistry();
    const own = deriveSessionId("writer", "s");
    await registry.seen([sighting("a")]);
    await registry.seen([{ agent: "claude", session: own, at: time(1) }]);
    const [seen] = await registry.seen([sighting("a", { session: own, at: time(2) })]);
    expect(seen?.session).toBe(a);
    expect((await registry.get(own))?.natives).toEqual([]);
    expect((await registry.seen([sighting("d", { session: own })]))[0]?.session).toBe(own);
  });

  it("[ID-3] and one that a person took out of a writer's session stays out of it", async () => {
    const registry = testRegistry();
    const own = deriveSessionId("writer", "s");
    await registry.seen([sighting("d", { session: own })]);
    await registry.split(own, native("d"));
    expect((await registry.seen([sighting("d", { session: own, at: time(9) })]))[0]?.session).toBe(d);
    await registry.seen([sighting("e", { session: own })]);
    await registry.unbind(own, native("e"));
    expect((await registry.seen([sighting("e", { session: own, at: time(9) })]))[0]?.session).toBe(idOf("e"));
  });

  it("[ID-3] and one split off comes back to the session of its derived id that it had left", async () => {
    const registry = testRegistry(undefined, { resolve: { fingerprint: "join" } });
    const about = { prompt: "Refactor the flux capacitor", cwd: "/w", git: { branch: "main" } };
    await registry.seen([sighting("a", about), sighting("b")]);
    await registry.unbind(b, native("b"));
    // Nothing but its prompt tells whose it is: it joins the other one.
    await registry.seen([sighting("b", { ...about, at: time(9) })]);
    expect((await registry.byNative("claude", "b"))?.session).toBe(a);
    await registry.split(a, native("b"));
    expect((await registry.byNative("claude", "b"))?.session).toBe(b);
  });
});

describe("[ID-1] what is seen again", () => {
  it("appends nothing when it is cut to length, or full", async () => {
    const registry = testRegistry();
    const long = sighting("a", {
      title: `${" ".repeat(600)}x`,
      titles: Array.from({ length: 40 }, (_, n) => ({ text: "same", of: `u${n % 30}` })),
      subAgents: Array.from({ length: 400 }, (_, n) => ({ id: `s${n}` })),
      transcript: { path: "/t/a.jsonl", heads: Array.from({ length: 500 }, (_, n) => `h${n}`) },
    });
    await registry.seen([long]);
    expect((await registry.seen([long]))[0]?.changed).toBe(false);
    expect((await registry.get(a))?.title).toBe("x");
  });

  it("appends nothing when two looks tell of one session's transcripts, sub-agents and clears", async () => {
    const registry = testRegistry();
    const clear = (process: string, at: number) =>
      sighting("a", { at: time(at), hook: { endedByClear: true, process }, subAgents: [{ id: "s", name: process }] });
    await registry.seen([sighting("b", { transcript: { path: "/t/1", mtime: time(1) } })]);
    await registry.merge(b, a).catch(() => {});
    const batch = [clear("1 1", 1), clear("2 2", 2)];
    await registry.seen(batch);
    await registry.merge(b, a);
    await registry.seen([...batch, sighting("b", { transcript: { path: "/t/1", mtime: time(1) } })]);
    const again = await registry.seen([...batch, sighting("b", { transcript: { path: "/t/1", mtime: time(1) } })]);
    expect(again.map(({ changed }) => changed)).toEqual([false, false, false]);
    expect((await registry.get(a))?.cleared).toMatchObject({ process: "2 2", at: time(2) });
  });

  it("has its beginning from the earliest look, also where none says when it began", async () => {
    const [early, late] = [sighting("a", { at: time(0), cwd: "/one" }), sighting("a", { at: time(9), cwd: "/two" })];
    for (const order of [
      [early, late],
      [late, early],
    ]) {
      const registry = testRegistry();
      for (const one of order) await registry.seen([one]);
      expect(await registry.get(a)).toMatchObject({ created: time(0), progress: time(9), cwd: "/one" });
    }
  });

  it("keeps the latest look at a transcript, in whichever order they come", async () => {
    const looks = [
      { path: "/t", mtime: time(5), size: 10, lastUuid: "u5" },
      { path: "/t", mtime: time(3), size: 20, lastUuid: "u3" },
    ];
    for (const order of [looks, looks.toReversed()]) {
      const registry = testRegistry();
      for (const transcript of order) await registry.seen([sighting("a", { transcript })]);
      expect((await registry.get(a))?.transcripts).toMatchObject([{ mtime: time(5), size: 10, lastUuid: "u5" }]);
    }
  });
});
