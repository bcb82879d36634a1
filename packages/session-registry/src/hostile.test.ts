import fs from "node:fs";
import { dirname, join } from "node:path";
import { openEventLog } from "@agentlog/event-log";
import { memoryStore } from "@agentlog/projection";
import { type NativeSessionId, type Sighting } from "@agentlog/types";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { idOf, sighting, temporaryStore, testRegistry, time } from "./fixtures/registry.js";
import { expectShape } from "./fixtures/shape.js";
import { type SessionRegistry } from "./index.js";

const MEGABYTE = 1024 * 1024;
const STRINGS = [
  "__proto__",
  "constructor",
  "toString",
  "../../etc/passwd",
  "/../..",
  "C:\\..\\NUL",
  "nul\u0000byte",
  "\ud800",
  "\udfff\ud800 lone",
  "e\u0301 ＡＢＣ İ",
  "\u001b[31mred\u0007\u202e",
  "\uffff\uffff",
  "'); DROP TABLE record; --",
  '"quoted" OR *',
  "💥".repeat(100),
] as const;

const code = async (work: Promise<unknown>): Promise<unknown> =>
  await work.then(
    () => "no error",
    (error: { code?: unknown }) => error.code ?? error,
  );

/** A sighting with one string wherever a string may stand. */
function full(text: string): Sighting {
  return {
    agent: text,
    native: text as NativeSessionId,
    at: time(0),
    created: text,
    progress: time(5),
    cwd: text,
    git: { branch: text, head: text, worktree: text, worktreeRealPath: text, commonDir: text },
    branchAtStart: text,
    headAtStart: text,
    model: text,
    title: text,
    titles: [{ text, of: text }],
    prompt: text,
    transcript: {
      path: text,
      mtime: text,
      firstUuid: text,
      lastUuid: text,
      firstParentUuid: text,
      heads: [text, text],
    },
    link: { kind: "fork", native: text as NativeSessionId, callId: text, at: text },
    hook: { source: text, process: text, endedByClear: true },
    subAgents: [{ id: text, name: text, callId: text, parent: text }],
  };
}

async function askFor(registry: SessionRegistry, text: string): Promise<void> {
  for (const filter of [
    { text },
    { task: text },
    { project: text },
    { alias: text },
    { branch: text },
    { cwd: text },
    { agent: text },
  ])
    await registry.find(filter);
  for (const filter of [{ since: text }, { until: text }]) expect(await code(registry.find(filter))).toBe("USAGE");
  expect(["NOT_FOUND", "AMBIGUOUS_ID"]).toContain(await code(registry.lookup(text)));
  expect(await registry.get(text as never)).toBeUndefined();
  await registry.byNative(text, text);
  await registry.sharing(text, [text]);
  await registry.references();
}

/** Every file and folder there is around a store. */
const paths = (root: string): readonly string[] =>
  fs
    .readdirSync(dirname(root), { recursive: true, encoding: "utf8" })
    // What a lock keeps for its next hold comes and goes.
    .filter((name) => !name.includes(".lock"))
    .toSorted();

describe("strings of any content", () => {
  it.each(STRINGS.map((text) => [JSON.stringify(text).slice(0, 40), text]))(
    "[DF-6] [H-36] [H-37] %s everywhere in a sighting: kept as it is, found by it, and no path",
    async (_, text) => {
      const store = temporaryStore();
      const registry = testRegistry(store, { readModels: memoryStore() });
      await registry.seen([sighting("a")]);
      const before = paths(store.root);
      const [seen] = await registry.seen([full(text)]);
      expectShape(seen!.record);
      expect(seen!.record).toMatchObject({ cwd: text, branch: text, model: text, agent: text });
      expect(await registry.get(seen!.session)).toEqual(seen!.record);
      expect((await registry.byNative(text, text))?.session).toBe(seen!.session);
      expect((await registry.find({ branch: text, agent: text, cwd: text })).map(({ session }) => session)).toEqual([
        seen!.session,
      ]);
      expect((await registry.seen([full(text)]))[0]?.changed).toBe(false);
      await registry.unbind(seen!.session, { agent: text, native: text });
      expect(await registry.byNative(text, text)).toBeUndefined();
      await registry.rebuild();
      expectShape((await registry.get(seen!.session))!);
      expect(paths(store.root)).toEqual(before);
    },
  );

  it.each(
    [...STRINGS, "x".repeat(MEGABYTE), "\u0000".repeat(MEGABYTE)].map((text) => [
      JSON.stringify(text.slice(0, 30)),
      text,
    ]),
  )(
    "%s as an alias, a task, a reason, a title, or what is asked for: kept, or refused with a code",
    async (_, text) => {
      const registry = testRegistry();
      await registry.seen([sighting("a"), sighting("b")]);
      await askFor(registry, text);
      const label = text.trim().normalize("NFC");
      const isLabel = label.length <= 200 && !/\p{Cc}/u.test(label);
      expect(await code(registry.setAlias(idOf("a"), text))).toBe(isLabel ? "no error" : "USAGE");
      expect(await code(registry.link(idOf("a"), { tasks: [text], projects: [text] }))).toBe(
        isLabel ? "no error" : "USAGE",
      );
      if (isLabel) {
        expect((await registry.lookup(text)).session).toBe(idOf("a"));
        for (const filter of [{ alias: text }, { task: text }, { project: text }])
          expect((await registry.find(filter)).map(({ session }) => session)).toEqual([idOf("a")]);
        expect(await code(registry.setAlias(idOf("b"), text))).toBe("ALIAS_TAKEN");
      }
      await code(registry.closeSession(idOf("a"), { outcome: "done", reason: text }));
      await registry.addTitle(idOf("a"), text, idOf("b"));
      expect((await registry.addTitle(idOf("a"), text, idOf("b"))).changed).toBe(false);
      expectShape((await registry.get(idOf("a")))!);
      for (const mutation of [
        registry.setParent(text as never, idOf("a")),
        registry.setParent(idOf("a"), text as never),
        registry.merge(idOf("a"), text as never),
        registry.split(idOf("a"), { agent: text, native: text }),
        registry.split(idOf("a"), { session: text as never }),
        registry.unbind(idOf("a"), { agent: text, native: text }),
        registry.tree(text as never),
      ])
        expect(await code(mutation)).toBe("NOT_FOUND");
    },
  );

  it("any at all, in a batch, is what a registry that is folded anew has", async () => {
    const text = fc.oneof(fc.string({ unit: "binary", maxLength: 30 }), fc.constantFrom(...STRINGS));
    const property = fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 4 }), async (texts) => {
      const store = temporaryStore((remove) => void removals.push(remove));
      const registry = testRegistry(store);
      const batch = texts.filter((one) => one !== "").map(full);
      await registry.seen(batch);
      const found = await registry.find();
      for (const one of found) expectShape(one);
      await registry.rebuild();
      expect(await registry.find()).toEqual(found);
      await registry.close();
    });
    const removals: (() => void)[] = [];
    await fc.assert(property, { numRuns: 60 });
    for (const remove of removals) remove();
  });
});

describe("strings of any length", () => {
  it("1 MB in every field: what is too long is left out, and the rest is kept", async () => {
    const registry = testRegistry();
    const long = full("x".repeat(MEGABYTE));
    const [seen] = await registry.seen([
      { ...long, agent: "claude", prompt: `Fix it: ${"very ".repeat(MEGABYTE / 5)}` },
    ]);
    expectShape(seen!.record);
    expect(seen!.record.cwd).toBeUndefined();
    expect(seen!.record.title).toHaveLength(500);
    expect(seen!.record.promptPreview?.length).toBeLessThanOrEqual(200);
    expect(JSON.stringify(seen!.record).length).toBeLessThan(10_000);
    expect((await registry.seen([{ ...long, agent: "claude" }]))[0]?.session).toBe(seen!.session);
  });

  it("sightings with everything at its limit are all in, and none is too large for the log", async () => {
    const store = temporaryStore();
    const registry = testRegistry(store);
    const worst = (native: string): Sighting => {
      const text = (length: number): string => `${native}${"\u0001".repeat(length)}`.slice(0, length);
      return {
        ...full(text(4096)),
        agent: "claude",
        native: text(1024) as NativeSessionId,
        link: { kind: "fork", native: text(1024) as NativeSessionId },
        titles: Array.from({ length: 25 }, (_, n) => ({ text: `${n}${text(2000)}`, of: `${n}${text(190)}` })),
        transcript: { path: text(4096), heads: Array.from({ length: 250 }, (_, n) => `${n}${text(190)}`) },
        subAgents: Array.from({ length: 250 }, (_, n) => ({
          id: `${n}${text(190)}`,
          name: text(200),
          callId: text(200),
          parent: text(200),
        })),
      };
    };
    const seen = await registry.seen(Array.from({ length: 12 }, (_, n) => worst(`n${n}-`)));
    expect(seen.map(({ changed }) => changed)).toEqual(seen.map(() => true));
    for (const { session, record } of seen) expect(await registry.get(session)).toEqual(record);
    const log = openEventLog(join(store.layout.registryDir, "events.jsonl"));
    expect((await log.verify()).ok).toBe(true);
    await log.close();
  });

  it("an id too long to be kept is one session all the same", async () => {
    const registry = testRegistry();
    const native = "n".repeat(5000) as NativeSessionId;
    const [first] = await registry.seen([{ agent: "claude", native, at: time(0) }]);
    const [again] = await registry.seen([{ agent: "claude", native, at: time(9) }]);
    expect(again?.session).toBe(first?.session);
    expect(first?.record.natives).toEqual([]);
  });
});

describe("times of any kind", () => {
  const TIMES = [
    "",
    "now",
    "0",
    "1969-12-31T23:59:59Z",
    "+010000-01-01T00:00:00Z",
    "2026-02-30T99:00:00Z",
    "Thu, 01 Jan 1970",
    "x".repeat(MEGABYTE),
  ];

  it.each(TIMES.map((at) => [at.slice(0, 30), at]))(
    "%j as the time of a sighting: refused whole, with a code",
    async (_, at) => {
      const registry = testRegistry();
      expect(await code(registry.seen([sighting("a"), sighting("b", { at })]))).toBe("USAGE");
      expect(await registry.find()).toEqual([]);
    },
  );

  it.each(TIMES.map((at) => [at.slice(0, 30), at]))(
    "%j as any other of its times: as if it were not told",
    async (_, at) => {
      const registry = testRegistry();
      await registry.seen([sighting("a", { created: at, progress: at, transcript: { path: "/t", mtime: at } })]);
      expect(await registry.get(idOf("a"))).toMatchObject({ created: time(0), progress: time(0) });
      expect((await registry.get(idOf("a")))?.transcripts[0]).not.toHaveProperty("mtime");
    },
  );

  it("reads no time in the machine's own zone, and any other zone as it is", async () => {
    const registry = testRegistry();
    await registry.seen([
      sighting("a", { created: "2026-06-01T12:00:00", progress: "2026-06-01T14:00:05.123456+02:00" }),
    ]);
    expect(await registry.get(idOf("a"))).toMatchObject({ created: time(5.123), progress: time(5.123) });
  });

  it("an agent without a name is refused", async () => {
    const registry = testRegistry();
    for (const agent of ["", "x".repeat(201)])
      expect(await code(registry.seen([sighting("a", { agent })]))).toBe("USAGE");
  });
});

describe("what a caller hands over", () => {
  it("no fields beside those of a sighting, and no prompt, reach the log", async () => {
    const store = temporaryStore();
    const registry = testRegistry(store, { storeFirstPrompt: false });
    const prompt = "Rotate the secret of the vault";
    await registry.seen([{ ...sighting("a", { prompt }), token: "secret-token", promptPreview: prompt } as Sighting]);
    const written = fs.readFileSync(join(store.layout.registryDir, "events.jsonl"), "utf8");
    expect(written).not.toContain("vault");
    expect(written).not.toContain("secret-token");
    expect(written).toContain("first_human_prompt_v1");
  });

  it("a payload that is no JSON is refused with the whole batch", async () => {
    const registry = testRegistry();
    const payload = (): never => ({ loop: () => {} }) as never;
    expect(await code(registry.seen([sighting("a")], payload))).toBe("INVALID_EVENT");
    expect(await registry.find()).toEqual([]);
    const [seen] = await registry.seen([sighting("a")], ({ resolution }) => ({ source: resolution.source }));
    expect(seen?.changed).toBe(true);
  });

  it("says CLOSED after close, however often it is closed", async () => {
    const registry = testRegistry();
    await registry.seen([sighting("a")]);
    await registry.close();
    await registry.close();
    expect(await code(registry.find())).toBe("CLOSED");
    expect(await code(registry.seen([sighting("b")]))).toBe("CLOSED");
    expect(await code(registry.setAlias(idOf("a"), "one"))).toBe("CLOSED");
  });
});
