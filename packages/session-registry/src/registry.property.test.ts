import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore, type OpenedStore } from "@agentlog/durable-fs";
import { memoryStore } from "@agentlog/projection";
import { isAgentlogError, type Sighting } from "@agentlog/types";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  AGENTS,
  ALIASES,
  type Asked,
  batches,
  BRANCHES,
  changes,
  CWDS,
  inferences,
  LABELS,
} from "./fixtures/commands.js";
import { everything, expectedFind, expectSound } from "./fixtures/invariants.js";
import { sighting, time } from "./fixtures/registry.js";
import { openRegistry, type SessionRecord, type SessionRegistry } from "./index.js";

const RUNS = Number(process.env["AGENTLOG_RUNS"] ?? 100);

const opt = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(arbitrary, { nil: undefined });

const filters = fc.record(
  {
    text: fc.constantFrom("parser", "fl", "t", "core", "re fl"),
    task: fc.constantFrom(...LABELS),
    project: fc.constantFrom(...LABELS),
    alias: fc.constantFrom(...ALIASES),
    branch: fc.constantFrom(...BRANCHES),
    cwd: fc.constantFrom(...CWDS),
    agent: fc.constantFrom(...AGENTS),
    activity: fc.constantFrom("active", "idle", "archived"),
    outcome: fc.constantFrom("open", "done", "blocked"),
    since: fc.nat(200).map((second) => time(1000 + second)),
    until: fc.nat(200).map((second) => time(1000 + second)),
    limit: fc.constantFrom(1, 2, 50),
  },
  { requiredKeys: [] },
);

type Step =
  | { readonly do: "seen"; readonly batch: readonly Sighting[] }
  | { readonly do: "change"; readonly asked: Asked }
  | { readonly do: "both"; readonly asked: readonly [Asked, Asked] }
  | { readonly do: "infer"; readonly edge: typeof inferences extends fc.Arbitrary<infer One> ? One : never }
  | { readonly do: "sweep"; readonly days: number }
  | { readonly do: "rebuild" | "reopen" };

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: batches.map((batch) => ({ do: "seen" as const, batch })) },
  { weight: 10, arbitrary: changes.map((asked) => ({ do: "change" as const, asked })) },
  { weight: 1, arbitrary: fc.tuple(changes, changes).map((asked) => ({ do: "both" as const, asked })) },
  { weight: 2, arbitrary: inferences.map((edge) => ({ do: "infer" as const, edge })) },
  { weight: 1, arbitrary: fc.constantFrom(0, 14, 40).map((days) => ({ do: "sweep" as const, days })) },
  { weight: 1, arbitrary: fc.constantFrom("rebuild", "reopen").map((what) => ({ do: what })) },
);

const runs = fc.record({
  before: batches,
  steps: fc.array(fc.tuple(steps, fc.nat(1)), { minLength: 1, maxLength: 8 }),
  filters: fc.array(filters, { minLength: 4, maxLength: 4 }),
  join: fc.boolean(),
});

/** A store for one run, gone after it. */
async function withStore(run: (store: OpenedStore) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "agentlog-registry-"));
  try {
    await run(openStore(join(folder, "store")));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const logSize = (store: OpenedStore): number =>
  statSync(join(store.layout.registryDir, "events.jsonl"), { throwIfNoEntry: false })?.size ?? 0;

/** What a change came to: its answer, or the code of its error. */
const outcome = async (work: Promise<unknown>): Promise<unknown> =>
  await work.catch((error: unknown) => {
    if (isAgentlogError(error)) return error.code;
    throw error;
  });

async function runStep(
  step: Step,
  registry: SessionRegistry,
  other: SessionRegistry,
  store: OpenedStore,
): Promise<void> {
  if (step.do === "seen") {
    const seen = await registry.seen(step.batch);
    for (const { session, record } of seen) expect(record.session).toBe(session);
    // Whoever was there first may be named as a candidate of the other ones now; after that nothing is new.
    let again = await other.seen(step.batch);
    for (let round = 0; round < step.batch.length && again.some(({ changed }) => changed); round++)
      again = await registry.seen(step.batch);
    const size = logSize(store);
    expect((await registry.seen(step.batch)).map(({ changed }) => changed)).toEqual(step.batch.map(() => false));
    expect(logSize(store)).toBe(size);
  } else if (step.do === "change") {
    const [size, before] = [logSize(store), await registry.find({ limit: 1000 })];
    const foreseen = await outcome(step.asked.run(registry, { dryRun: true }));
    expect([logSize(store), await registry.find({ limit: 1000 })]).toEqual([size, before]);
    const done = await outcome(step.asked.run(registry, {}));
    expect(done).toEqual(foreseen);
    if (typeof done === "string") expect(logSize(store)).toBe(size);
    else {
      const { record, changed } = done as { record: SessionRecord; changed: boolean };
      expect(await other.get(record.session)).toEqual(record);
      expect(logSize(store) > size).toBe(changed);
    }
  } else if (step.do === "both") {
    await Promise.all([outcome(step.asked[0].run(registry, {})), outcome(step.asked[1].run(other, {}))]);
  } else if (step.do === "infer") {
    const [child, parent] = step.edge;
    const edge = parent === undefined ? undefined : { parent, kind: "fork" as const, evidence: [] };
    await outcome(registry.inferParent(child, edge));
    const size = logSize(store);
    await outcome(registry.inferParent(child, edge));
    expect(logSize(store)).toBe(size);
  } else if (step.do === "sweep") {
    const how = { at: time(1000 + step.days * 86_400) };
    const foreseen = await registry.sweep({ ...how, dryRun: true });
    expect(await registry.sweep(how)).toEqual(foreseen);
    for (const id of foreseen.idled) expect((await other.get(id))?.activity).toBe("idle");
    for (const id of foreseen.archived) expect((await other.get(id))?.activity).toBe("archived");
  } else if (step.do === "rebuild") {
    const before = await everything(registry);
    const { skipped, sessions } = await registry.rebuild();
    expect(skipped).toBe(0);
    expect(sessions).toBe((await registry.find({ limit: 1000 })).length);
    expect(await everything(registry)).toEqual(before);
  }
}

describe("a registry, for any sightings and changes", () => {
  it("[ID-2] [PR-3] stays sound, agrees with a full refold, and does what a dry run says", async () => {
    const property = fc.asyncProperty(runs, async (given) => {
      await withStore(async (store) => {
        const resolve = { fingerprint: given.join ? ("join" as const) : ("suggest" as const) };
        const problems: string[] = [];
        const open = (): SessionRegistry =>
          openRegistry(store, { resolve, readModels: memoryStore(), onProblem: (one) => problems.push(one.message) });
        const handles: [SessionRegistry, SessionRegistry] = [open(), open()];
        await handles[0].seen(given.before);
        for (const [step, which] of given.steps) {
          const [mine, others] = which === 0 ? ([0, 1] as const) : ([1, 0] as const);
          if (step.do === "reopen") {
            await handles[mine].close();
            handles[mine] = open();
          } else await runStep(step, handles[mine], handles[others], store);
          await expectSound(handles[mine]);
        }
        const live = await handles[0].find({ limit: 1000 });
        for (const filter of given.filters)
          expect((await handles[1].find(filter)).map(({ session }) => session)).toEqual(expectedFind(live, filter));
        const fresh = open();
        expect(await everything(fresh)).toEqual(await everything(handles[0]));
        expect(problems).toEqual([]);
        for (const one of [...handles, fresh]) await one.close();
      });
    });
    await fc.assert(property, { numRuns: RUNS });
  }, 300_000);

  it("[ID-2] merges are taken back without a trace, one or two of them, in any order", async () => {
    const given = fc.record({
      before: fc.array(batches, { minLength: 1, maxLength: 3 }),
      changes: fc.array(changes, { maxLength: 4 }),
      merges: fc.array(fc.tuple(fc.nat(20), fc.nat(20)), { minLength: 1, maxLength: 3 }),
      isReversed: fc.boolean(),
    });
    let count = 0;
    const property = fc.asyncProperty(given, async ({ before, changes: asked, merges, isReversed }) => {
      await withStore(async (store) => {
        const registry = openRegistry(store, { readModels: memoryStore() });
        for (const batch of before) await registry.seen(batch);
        for (const one of asked) await outcome(one.run(registry, {}));
        // Taken back in another order, a parent may come from the session by a merge that still stands: it is left out.
        const state = async (): Promise<unknown> =>
          (await registry.find({ limit: 1000 })).map(({ refused: _refused, parent, ...record }) =>
            isReversed ? { ...record, parent } : record,
          );
        const then = await state();
        const live = (await registry.find({ limit: 1000 })).map(({ session }) => session);
        const merged: [(typeof live)[number], (typeof live)[number]][] = [];
        for (const [from, to] of merges) {
          const left = live.filter((one) => merged.every(([gone]) => gone !== one));
          const [a, b] = [left[from % left.length]!, left[to % left.length]!];
          // Into one that was not merged itself: taken back in any order means beside each other.
          if (a === b || merged.some(([, into]) => into === a)) continue;
          if (typeof (await outcome(registry.merge(a, b))) !== "string") merged.push([a, b]);
        }
        count += merged.length;
        for (const [session, into] of isReversed ? merged.toReversed() : merged) {
          await expectSound(registry);
          await registry.split(into, { session });
        }
        expect(await state()).toEqual(then);
        await registry.close();
      });
    });
    await fc.assert(property, { numRuns: Math.ceil(RUNS / 4) });
    expect(count).toBeGreaterThan(0);
  }, 300_000);

  it("[ID-1] tells of distinct native sessions in any order, at once or one by one, and has the same records", async () => {
    const given = fc
      .array(
        fc.record({
          agent: fc.constantFrom(...AGENTS),
          created: fc.nat(50),
          progress: fc.nat(50),
          cwd: opt(fc.constantFrom(...CWDS)),
          branch: opt(fc.constantFrom(...BRANCHES)),
          parent: opt(fc.nat(5)),
          kind: fc.constantFrom("fork", "sub-agent", "clear"),
          title: opt(fc.string({ unit: "binary", maxLength: 12 })),
          uuids: fc.boolean(),
        }),
        { minLength: 2, maxLength: 6 },
      )
      .map((all) => all.map((one, at) => toLook(one, at)))
      .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })));
    const property = fc.asyncProperty(given, async ([all, shuffled]) => {
      const told: unknown[] = [];
      for (const order of [[all], shuffled.map((one) => [one])]) {
        await withStore(async (store) => {
          const registry = openRegistry(store, { readModels: memoryStore() });
          for (const batch of order) await registry.seen(batch);
          told.push(await registry.find({ limit: 100 }));
          await registry.close();
        });
      }
      expect(told[1]).toEqual(told[0]);
    });
    await fc.assert(property, { numRuns: Math.ceil(RUNS / 10) });
  }, 300_000);
});

interface Look {
  readonly agent: string;
  readonly created: number;
  readonly progress: number;
  readonly cwd: string | undefined;
  readonly branch: string | undefined;
  readonly parent: number | undefined;
  readonly kind: "fork" | "sub-agent" | "clear";
  readonly title: string | undefined;
  readonly uuids: boolean;
}

/** A look at the native session of a number, which came from one of a lower number. */
function toLook({ agent, created, progress, cwd, branch, parent, kind, title, uuids }: Look, at: number): Sighting {
  const isLinked = parent !== undefined && parent < at;
  return sighting(`n${at}`, {
    agent,
    at: time(1000),
    created: time(created),
    progress: time(100 + progress),
    ...(cwd === undefined ? {} : { cwd }),
    ...(branch === undefined ? {} : { git: { branch } }),
    ...(title === undefined ? {} : { title }),
    ...(isLinked ? { link: { kind, native: sighting(`n${parent}`).native! } } : {}),
    transcript: { path: `/t/${at}`, ...(uuids ? { firstUuid: `${at}-1`, lastUuid: `${at}-9` } : {}) },
  });
}
