import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEventLog, type StoredEvent } from "@agentlog/event-log";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  defineCollection,
  defineProjection,
  fileStore,
  memoryStore,
  openCollection,
  openProjection,
  type OpenReadModelStore,
  type Problem,
} from "./index.js";

type Sum = { readonly sum: number; readonly parts: readonly number[] };

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  path = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const SECRET = `sk-${"a1B2".repeat(12)}`;
const amountOf = (event: StoredEvent): number => (event.data as { amount: number }).amount;
const plus = ({ sum, parts }: Sum, event: StoredEvent): Sum => ({
  sum: sum + amountOf(event),
  parts: [...parts, event.seq],
});

/** What an `evolve` may do at the third event instead of answering. */
const WAYS: readonly (readonly [string, () => unknown])[] = [
  [
    "throws",
    () => {
      throw new Error(SECRET);
    },
  ],
  [
    "throws what is no error",
    () => {
      // oxlint-disable-next-line no-throw-literal -- a program may
      throw undefined as unknown as Error;
    },
  ],
  ["answers later", async () => ({ sum: 99, parts: [] })],
  ["fails later", async () => Promise.reject(new Error(SECRET))],
  ["answers with a function", () => () => 1],
  ["answers with what is no JSON", () => ({ sum: Number.NaN, parts: [] })],
  ["nests without end", () => nested()],
  ["overflows the stack", () => overflow(0)],
];

function nested(): object {
  const self: { own?: object } = {};
  self.own = self;
  return self;
}

function overflow(n: number): number {
  return overflow(n + 1) + 1;
}

const STORES: readonly (readonly [string, (folder: string) => OpenReadModelStore])[] = [
  ["memory", () => memoryStore()],
  ["files", (folder) => fileStore({ path: join(folder, "checkpoints"), flushEvents: 1 })],
];

describe.each(STORES)("[H-75] over %s, an evolve that", (_store, makeStore) => {
  const logged = async (): Promise<Buffer> => {
    const log = openEventLog(path);
    await log.appendMany([1, 2, 4, 8].map((amount) => ({ type: "added", data: { amount, key: "k" } })));
    await log.close();
    return readFileSync(path);
  };
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): unknown => unhandled.push(reason);
  beforeEach(() => {
    unhandled.length = 0;
    process.on("unhandledRejection", onUnhandled);
  });
  afterEach(() => process.off("unhandledRejection", onUnhandled));

  const expectTold = (problems: readonly Problem[], before: Buffer): void => {
    expect(problems).toMatchObject([{ kind: "bad-event", seq: 2, type: "added" }]);
    expect(problems[0]?.message).not.toContain(SECRET);
    expect(readFileSync(path)).toEqual(before);
  };

  it.each(WAYS)("[H-75] %s is told with its event's number, and the rest is folded", async (_name, misbehave) => {
    const before = await logged();
    const store = makeStore(dir);
    const problems: Problem[] = [];
    const options = { log: openEventLog(path), store, onProblem: (one: Problem) => problems.push(one) };
    const evolve = (state: Sum, event: StoredEvent): Sum =>
      event.seq === 2 ? (misbehave() as Sum) : plus(state, event);
    const sums = defineProjection<Sum>({ name: "sums", version: 1, initial: { sum: 0, parts: [] }, evolve });
    const projection = openProjection(sums, options);
    expect(await projection.catchUp()).toMatchObject({ events: 4, skipped: 1 });
    expect(await projection.state()).toEqual({ sum: 11, parts: [0, 1, 3] });
    await projection.close();
    expectTold(problems.splice(0), before);

    const keyed = defineCollection<Sum>({
      name: "keyed",
      version: 1,
      key: () => "k",
      evolve: (item, event) => evolve(item ?? { sum: 0, parts: [] }, event),
    });
    const collection = openCollection(keyed, options);
    expect(await collection.catchUp()).toMatchObject({ events: 4, skipped: 1 });
    expect(await collection.get("k")).toEqual({ sum: 11, parts: [0, 1, 3] });
    await collection.close();
    expectTold(problems.splice(0), before);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(unhandled).toEqual([]);

    const stopping = openProjection({ ...sums, name: "stopping" }, { ...options, onBadEvent: "stop" });
    const failed: unknown = await stopping.catchUp().catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "PROJECTION_FAILED", seq: 2 });
    expect((failed as Error).message).not.toContain(SECRET);
    await stopping.close();
  });

  it("[H-75] answers undefined removes the record of a collection, and is no state of a projection", async () => {
    const before = await logged();
    const problems: Problem[] = [];
    const options = { log: openEventLog(path), store: makeStore(dir), onProblem: (one: Problem) => problems.push(one) };
    const keyed = defineCollection<Sum>({
      name: "keyed",
      version: 1,
      key: () => "k",
      evolve: (item, event) => (event.seq === 2 ? undefined : plus(item ?? { sum: 0, parts: [] }, event)),
    });
    const collection = openCollection(keyed, options);
    expect(await collection.get("k")).toEqual({ sum: 8, parts: [3] });
    expect(problems).toEqual([]);
    await collection.close();
    const sums = defineProjection<Sum>({
      name: "sums",
      version: 1,
      initial: { sum: 0, parts: [] },
      evolve: (state, event) => (event.seq === 2 ? (undefined as never) : plus(state, event)),
    });
    const projection = openProjection(sums, options);
    expect(await projection.state()).toEqual({ sum: 11, parts: [0, 1, 3] });
    expectTold(problems, before);
    await projection.close();
  });

  it("[H-75] changes what it is given spoils neither the log, nor the initial state, nor what others read", async () => {
    const before = await logged();
    const initial = { sum: 0, parts: [] as number[] };
    const sums = defineProjection<{ sum: number; parts: number[] }>({
      name: "sums",
      version: 1,
      initial,
      evolve: (state, event) => {
        state.sum += amountOf(event);
        state.parts.push(event.seq);
        (event.data as { amount: number }).amount = -1;
        return state;
      },
    });
    const problems: Problem[] = [];
    const store = makeStore(dir);
    for (let n = 0; n < 2; n++) {
      const onProblem = (one: Problem): unknown => problems.push(one);
      const projection = openProjection(sums, { log: openEventLog(path), store, onProblem });
      await projection.rebuild();
      // It fails at each event: no state but the first was ever there to be changed.
      expect(await projection.state()).toEqual({ sum: 0, parts: [] });
      await projection.close();
    }
    expect(problems.map((problem) => (problem as { seq: number }).seq)).toEqual([0, 1, 2, 3, 0, 1, 2, 3]);
    expect(initial).toEqual({ sum: 0, parts: [] });
    expect(readFileSync(path)).toEqual(before);

    const keyed = defineCollection<{ sum: number }>({
      name: "keyed",
      version: 1,
      key: () => "k",
      evolve: (item, event) => {
        const own = item ?? { sum: 0 };
        own.sum += amountOf(event);
        return own;
      },
    });
    const collection = openCollection(keyed, { log: openEventLog(path), store });
    const read = (await collection.get("k")) as { sum: number };
    read.sum = 1_000;
    expect(await collection.get("k")).toEqual({ sum: 15 });
    await collection.close();
  });
});
