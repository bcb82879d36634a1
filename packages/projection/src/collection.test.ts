import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { countingDisk } from "@agentlog/durable-fs/testing";
import { openEventLog, type NewLogEvent } from "@agentlog/event-log";
import { isAgentlogError } from "@agentlog/types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectAgreement } from "./fixtures/agreement.js";
import { tallies } from "./fixtures/tallies.js";
import {
  defineCollection,
  fileStore,
  memoryStore,
  openCollection,
  type OpenReadModelStore,
  type Problem,
} from "./index.js";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  path = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const added = (name: string, n = 1, note = "note"): NewLogEvent => ({ type: "tally.added", data: { name, n, note } });
const code = async (promise: Promise<unknown>): Promise<string | undefined> => {
  try {
    await promise;
  } catch (error) {
    return isAgentlogError(error) ? error.code : String(error);
  }
  return undefined;
};

describe("[PR-1] a kept state and its log", () => {
  it("[PR-1] reads a log that does not exist yet as empty, and goes on when it does", async () => {
    const log = openEventLog(path);
    const collection = openCollection(tallies, { log, store: memoryStore() });
    expect(await collection.get("a")).toBeUndefined();
    expect(collection.position).toBeUndefined();
    await log.append(added("a"));
    expect(await collection.catchUp()).toMatchObject({ events: 1, skipped: 0, position: { seq: 0 } });
    expect((await collection.get("a"))?.count).toBe(1);
  });

  it("[PR-1] the first read catches up by itself, later ones answer from what was folded", async () => {
    const log = openEventLog(path);
    await log.append(added("a"));
    const collection = openCollection(tallies, { log, store: memoryStore() });
    expect((await collection.get("a"))?.count).toBe(1);
    await log.append(added("a"));
    expect((await collection.get("a"))?.count).toBe(1);
    await collection.catchUp();
    expect((await collection.get("a"))?.count).toBe(2);
  });

  it("[PR-1] folds anew, and says so, when the log is another one", async () => {
    const store = memoryStore();
    const problems: Problem[] = [];
    const open = (): ReturnType<typeof openCollection<never, never>> =>
      openCollection(tallies as never, {
        log: openEventLog(path) as never,
        store,
        onProblem: (one) => problems.push(one),
      });
    await openEventLog(path).appendMany([added("a", 1), added("b", 2)]);
    await open().catchUp();
    rmSync(path);
    await openEventLog(path).appendMany([added("c", 3), added("d", 4), added("e", 5)]);
    const collection = open();
    await expectAgreement(collection as never, path);
    expect(problems.map(({ kind }) => kind)).toEqual(["stale-state"]);
  });

  it("[PR-1] folds anew when the last line folded was changed by one bit, or the log became shorter", async () => {
    const store = memoryStore();
    const log = openEventLog(path);
    for (let n = 0; n < 5; n++) await log.append(added("a", n));
    const problems: Problem[] = [];
    const collection = openCollection(tallies, { log, store, onProblem: (one) => problems.push(one) });
    await collection.catchUp();
    const bytes = readFileSync(path);
    bytes[bytes.length - 60]! ^= 1;
    writeFileSync(path, bytes);
    await collection.catchUp();
    await expectAgreement(collection, path);
    truncateSync(path, bytes.length >> 1);
    await collection.catchUp();
    await expectAgreement(collection, path);
    expect(problems.filter(({ kind }) => kind === "stale-state")).toHaveLength(2);
  });

  it("[PR-1] goes on over a repair", async () => {
    const log = openEventLog(path);
    await log.append(added("a"));
    const problems: Problem[] = [];
    const collection = openCollection(tallies, { log, store: memoryStore(), onProblem: (one) => problems.push(one) });
    await collection.catchUp();
    appendFileSync(path, "garbage\n");
    await openEventLog(path).append(added("b"));
    await openEventLog(path).repair();
    await openEventLog(path).append(added("c"));
    await collection.catchUp();
    await expectAgreement(collection, path);
    expect(problems.filter(({ kind }) => kind === "stale-state")).toEqual([]);
  });

  it("[PR-2] a catch-up with nothing new looks at the file and reads no more, however long the log is", async () => {
    const disk = countingDisk();
    const log = openEventLog(path);
    await log.appendMany(Array.from({ length: 2_000 }, (_, n) => added(`k${n}`)));
    const store = memoryStore();
    await openCollection(tallies, { log, store }).catchUp();
    const collection = openCollection(tallies, { log, store, disk });
    expect(await collection.catchUp()).toMatchObject({ events: 0 });
    expect(disk.calls.get("readSync")).toBe(1);
    await collection.catchUp();
    expect(disk.calls.get("readSync")).toBe(1);
    expect(disk.calls.get("openSync")).toBe(1);
    expect(disk.calls.get("lstatSync")).toBe(2);
  });

  it("[PR-1] a new version folds anew beside the old one", async () => {
    const log = openEventLog(path);
    await log.append(added("a"));
    const store = fileStore({ path: join(dir, "checkpoints"), flushEvents: 1 });
    const old = openCollection(tallies, { log, store });
    await old.catchUp();
    await old.close();
    const next = openCollection({ ...tallies, version: 2 }, { log, store });
    expect(await next.catchUp()).toMatchObject({ events: 1 });
    await next.close();
  });
});

describe("[PR-3] several at once", () => {
  it("[PR-3] callers of one handle share a catch-up, and each sees what was there when it called", async () => {
    const log = openEventLog(path);
    const collection = openCollection(tallies, { log, store: memoryStore() });
    for (let n = 1; n <= 20; n++) {
      await log.append(added("a"));
      const calls = [collection.catchUp(), collection.catchUp(), collection.catchUp()];
      const reached = await Promise.all(calls);
      for (const { position } of reached) expect(position?.seq).toBe(n - 1);
    }
    expect((await collection.get("a"))?.seqs).toEqual(Array.from({ length: 20 }, (_, n) => n));
  });

  it("[PR-3] a rebuild while another appends has everything once", async () => {
    const log = openEventLog(path);
    await log.appendMany(Array.from({ length: 3_000 }, (_, n) => added(`k${n % 50}`)));
    const store = memoryStore();
    const collection = openCollection(tallies, { log, store });
    const other = openCollection(tallies, { log: openEventLog(path), store });
    const appending = (async () => {
      for (let n = 0; n < 50; n++) {
        await log.append(added("k1"));
        await other.catchUp();
        // Never less than before: what is being folded anew is not taken for what there is.
        expect((await other.get("k1"))?.seqs.length).toBeGreaterThanOrEqual(60);
      }
    })();
    for (let n = 0; n < 5; n++) await collection.rebuild();
    await appending;
    await collection.catchUp();
    await expectAgreement(collection, path);
  });
});

describe("[PR-3] what the log takes back", () => {
  const line = (seq: number, prev: string): string => {
    const data = { name: `k${seq}`, n: 1 };
    const time = "2026-01-31T12:00:00.000Z";
    const fields = { seq, id: `evt_${seq}`, time, type: "tally.added", data, writer: `forged.${seq}`, prev };
    const head = JSON.stringify(fields).slice(0, -1);
    return `${head},"crc":"${crc32(head).toString(16).padStart(8, "0")}"}\n`;
  };

  it("[PR-3] an event that counted behind damage, until the next one spoke against it", async () => {
    writeFileSync(
      path,
      `${line(0, "0".repeat(32))}an event that a flipped bit has destroyed\n${line(1, "a".repeat(32))}`,
    );
    const problems: Problem[] = [];
    const log = openEventLog(path);
    const collection = openCollection(tallies, { log, store: memoryStore(), onProblem: (one) => problems.push(one) });
    await collection.catchUp();
    expect((await collection.get("k1"))?.count).toBe(1);
    appendFileSync(path, line(2, "b".repeat(32)));
    await collection.catchUp();
    await expectAgreement(collection, path);
    expect(await collection.get("k1")).toBeUndefined();
    expect(problems.map(({ kind }) => kind)).toContain("stale-state");
  });
});

describe("[PR-4] events that cannot be folded", () => {
  const broken: NewLogEvent = { type: "tally.broken", data: { name: "a", note: "secret" } };

  it("[H-75] [PR-4] skips them and reports number, id and type, and nothing of what they hold", async () => {
    const log = openEventLog(path);
    await log.appendMany([added("a"), { ...broken, id: "evt_bad" }, added("a")]);
    const problems: Problem[] = [];
    const collection = openCollection(tallies, { log, store: memoryStore(), onProblem: (one) => problems.push(one) });
    expect(await collection.catchUp()).toMatchObject({ events: 3, skipped: 1 });
    expect((await collection.get("a"))?.count).toBe(2);
    expect(problems).toMatchObject([{ kind: "bad-event", seq: 1, id: "evt_bad", type: "tally.broken" }]);
    expect(problems[0]?.message).not.toContain("secret");
  });

  it("[PR-4] stops at them where that was chosen, with what came before folded", async () => {
    const log = openEventLog(path);
    await log.appendMany([added("a"), added("b"), broken, added("c")]);
    const store = memoryStore();
    const collection = openCollection(tallies, { log, store, onBadEvent: "stop" });
    for (let n = 0; n < 2; n++) {
      const failed = collection.catchUp();
      expect(await code(failed)).toBe("PROJECTION_FAILED");
      await expect(failed).rejects.toMatchObject({ projection: "tallies", seq: 2 });
    }
    expect(store({ name: "tallies", version: 1, indexes: [], fullText: true }).position()).toMatchObject({ seq: 1 });
  });

  it("[PR-4] an event that fails for one of its keys changes none", async () => {
    const definition = defineCollection<{ n: number }>({
      name: "pairs",
      version: 1,
      key: () => ["good", "bad"],
      evolve: (item, _event, { key }) => {
        if (key === "bad" && item !== undefined) throw new Error("twice");
        return { n: (item?.n ?? 0) + 1 };
      },
    });
    const log = openEventLog(path);
    await log.appendMany([added("x"), added("x")]);
    const collection = openCollection(definition, { log, store: memoryStore() });
    expect(await collection.catchUp()).toMatchObject({ skipped: 1 });
    expect(await collection.records({ limit: 9 })).toEqual([
      { key: "bad", record: { n: 1 } },
      { key: "good", record: { n: 1 } },
    ]);
  });

  it.each([
    ["a date", () => new Date()],
    ["NaN", () => Number.NaN],
    ["a function", () => () => 1],
    ["a circle", () => circle()],
  ])("[PR-4] a record that is no JSON is that event's fault: %s", async (_name, make) => {
    const definition = defineCollection<never>({
      name: "odd",
      version: 1,
      key: () => "k",
      evolve: () => ({ v: make() }) as never,
    });
    const log = openEventLog(path);
    await log.append(added("x"));
    const collection = openCollection(definition, { log, store: memoryStore() });
    expect(await collection.catchUp()).toMatchObject({ skipped: 1 });
    expect(await collection.get("k")).toBeUndefined();
  });

  it.each([
    ["an index that throws", { indexes: { i: () => [[1]] as never } }],
    ["a text that is none", { text: () => [1] as never }],
    ["a key that is none", { key: () => [1] as never }],
  ])("[PR-4] %s is that event's fault", async (_name, wrong) => {
    const definition = defineCollection<{ a: 1 }>({
      name: "odd",
      version: 1,
      key: () => "k",
      evolve: () => ({ a: 1 }),
      ...wrong,
    });
    const log = openEventLog(path);
    await log.append(added("x"));
    expect(await openCollection(definition, { log, store: memoryStore() }).catchUp()).toMatchObject({ skipped: 1 });
  });

  it("[PR-4] reports damage in the log once, as the log does", async () => {
    const log = openEventLog(path);
    await log.append(added("a"));
    appendFileSync(path, "garbage\n");
    await openEventLog(path).append(added("b"));
    const problems: Problem[] = [];
    const collection = openCollection(tallies, { log, store: memoryStore(), onProblem: (one) => problems.push(one) });
    await collection.catchUp();
    await openEventLog(path).append(added("c"));
    await collection.catchUp();
    expect(problems).toMatchObject([{ kind: "log-damage", path, damage: { kind: "torn" } }]);
    await expectAgreement(collection, path);
  });
});

describe("definitions", () => {
  it("lifts events of older shapes step by step", async () => {
    const seen: unknown[] = [];
    const definition = defineCollection<{ n: number }>({
      name: "lifted",
      version: 1,
      upcasters: [
        { type: "t", from: 2, upcast: (data) => ({ ...data, c: 3, version: 3 }) },
        { type: "t", from: 1, upcast: (data) => ({ ...data, b: 2 }) },
      ],
      key: (event) => {
        seen.push(event.data);
        return undefined;
      },
      evolve: (item) => item,
    });
    const log = openEventLog(path);
    const events = [{ a: 1 }, { version: 2 }, { version: 3 }, { version: 4 }, { version: "x" }];
    await log.appendMany([...events.map((data) => ({ type: "t", data })), { type: "u", data: {} }]);
    await openCollection(definition, { log, store: memoryStore() }).catchUp();
    expect(seen).toEqual([
      { a: 1, b: 2, c: 3, version: 3 },
      { version: 3, c: 3 },
      { version: 3 },
      { version: 4 },
      { version: 3, b: 2, c: 3 },
      {},
    ]);
  });

  it.each([
    ["a name", { name: "" }],
    ["a version", { version: 0 }],
    [
      "one upcaster a version",
      { upcasters: [1, 1].map((from) => ({ type: "t", from, upcast: (data: never) => data })) },
    ],
  ])("need %s", async (_what, wrong) => {
    const define = async (): Promise<unknown> =>
      defineCollection({ name: "x", version: 1, key: () => undefined, evolve: () => undefined, ...(wrong as object) });
    expect(await code(define())).toBe("USAGE");
  });
});

describe.each<[string, (dir: string) => OpenReadModelStore]>([
  ["memory", () => memoryStore()],
  ["files", (folder) => fileStore({ path: join(folder, "checkpoints") })],
])("a closed handle over %s", (_name, makeStore) => {
  it("throws CLOSED, and closing twice is nothing", async () => {
    const log = openEventLog(path);
    await log.append(added("a"));
    const collection = openCollection(tallies, { log, store: makeStore(dir) });
    const pending = collection.catchUp();
    await collection.close();
    await collection.close();
    expect(await code(pending)).toBeOneOf([undefined, "CLOSED"]);
    expect(await code(collection.catchUp())).toBe("CLOSED");
    expect(await code(collection.get("a"))).toBe("CLOSED");
    expect(await code(collection.rebuild())).toBe("CLOSED");
  });
});

function circle(): object {
  const one: { self?: object } = {};
  one.self = one;
  return one;
}
