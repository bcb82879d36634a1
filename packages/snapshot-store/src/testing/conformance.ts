import assert from "node:assert/strict";
import { isAgentlogError, type ErrorCode } from "@agentlog/types";
import { type DocumentOptions, type SnapshotStore } from "../contract.js";

/** One rule of a port and how to prove it; for any test framework. */
export interface ConformanceCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** The documents of the conformance suite. */
export interface Note {
  agentId?: string;
  text?: string;
  n?: number;
}

/** Keys that are no file names, and some that are the same one where case, accents or devices do not count. */
export const HOSTILE_KEYS: readonly string[] = [
  "",
  ".",
  "..",
  "../../etc/passwd",
  "a/b",
  "a\\b",
  "C:\\x",
  "nul\0byte",
  "con",
  "NUL.txt",
  "lpt1",
  "Case",
  "case",
  "CASE",
  "\u00e9",
  "e\u0301",
  "\ud800",
  "\udc00",
  "__proto__",
  "constructor",
  ".locks",
  ".quarantine",
  "document.json",
  "v1.json",
  "x".repeat(300),
  `${"x".repeat(299)}y`,
  " space ",
  "new\nline",
  "💣",
];

/**
 * The rules every snapshot store keeps, wherever its documents are.
 *
 * @param create opens a store; the same name is the same store, also for another handle where `supports.shared`, and a new name is an empty one
 */
export function snapshotConformance(
  create: (name: string, options: DocumentOptions<Note>) => SnapshotStore<Note>,
): readonly ConformanceCase[] {
  const cases: ConformanceCase[] = [];
  const rule = (
    name: string,
    run: (store: SnapshotStore<Note>, open: (options?: DocumentOptions<Note>) => SnapshotStore<Note>) => Promise<void>,
  ): void => {
    const place = `conformance-${cases.length}`;
    cases.push({
      name,
      run: async () => {
        const opened: SnapshotStore<Note>[] = [];
        const open = (options: DocumentOptions<Note> = {}): SnapshotStore<Note> => {
          const store = create(place, options);
          opened.push(store);
          return store;
        };
        let tick = Date.UTC(2026, 0, 1);
        const store = open({ now: () => (tick += 1_000) });
        try {
          await run(store, open);
        } finally {
          for (const each of opened) await each.close();
        }
      },
    });
  };

  rule("a key without a document has none", async (store) => {
    assert.equal(await store.load("k"), undefined);
    assert.equal(await store.delete("k"), false);
    assert.deepEqual(await store.history("k"), []);
    assert.deepEqual(await store.list(), { entries: [], unreadable: [], next: undefined });
  });

  rule("a document comes back as it was saved, with its version, owner and time", async (store) => {
    const document = {
      agentId: "a",
      text: "é\u2028\u0000\ud800",
      ...JSON.parse('{"__proto__":{"x":1},"more":[null]}'),
    };
    const entry = await store.save("k", document);
    assert.equal(entry.version, 1);
    assert.equal(entry.owner, "a");
    assert.equal(entry.bytes, Buffer.byteLength(JSON.stringify(document)));
    const loaded = await store.load("k");
    assert.deepEqual(loaded, { ...entry, document });
    assert.equal(JSON.stringify(loaded?.document), JSON.stringify(document));
  });

  rule("each save is the next version, and replaces the whole document", async (store) => {
    for (let n = 1; n <= 3; n++) assert.equal((await store.save("k", { n })).version, n);
    await store.save("k", { text: "t" });
    assert.deepEqual((await store.load("k"))?.document, { text: "t" });
  });

  rule("what a caller does to a document afterwards changes nothing that is stored", async (store) => {
    const document: Note = { n: 1 };
    await store.save("k", document);
    document.n = 2;
    const loaded = await store.load("k");
    assert.deepEqual(loaded?.document, { n: 1 });
    loaded.document.n = 3;
    assert.deepEqual((await store.load("k"))?.document, { n: 1 });
  });

  rule("ifVersion refuses any other version with the actual one, and writes nothing", async (store) => {
    await rejectsWith("VERSION_CONFLICT", store.save("k", {}, { ifVersion: 1 }), { expected: 1, actual: 0 });
    await store.save("k", { n: 1 }, { ifVersion: 0 });
    await rejectsWith("VERSION_CONFLICT", store.save("k", {}, { ifVersion: 0 }), { expected: 0, actual: 1 });
    await store.save("k", { n: 2 }, { ifVersion: 1 });
    await rejectsWith("VERSION_CONFLICT", store.delete("k", { ifVersion: 1 }), { actual: 2 });
    assert.deepEqual((await store.load("k"))?.document, { n: 2 });
    assert.equal(await store.delete("k", { ifVersion: 2 }), true);
    assert.equal(await store.load("k"), undefined);
  });

  rule("of many saves over one version one wins", async (store) => {
    const saves = Array.from({ length: 10 }, async (_, n) => await store.save("k", { n }, { ifVersion: 0 }));
    const settled = await Promise.allSettled(saves);
    assert.equal(settled.filter(({ status }) => status === "fulfilled").length, 1);
    for (const each of settled) {
      if (each.status === "rejected") assert.ok(isAgentlogError(each.reason, "VERSION_CONFLICT"));
    }
  });

  rule("update loses nobody's change", async (store, open) => {
    const other = store.supports.shared ? open() : store;
    const increment = (note: Note | undefined): Note => ({ n: (note?.n ?? 0) + 1 });
    await Promise.all(Array.from({ length: 40 }, async (_, n) => await (n % 2 ? store : other).update("k", increment)));
    const loaded = await store.load("k");
    assert.deepEqual([loaded?.document, loaded?.version], [{ n: 40 }, 40]);
  });

  rule("update may be asynchronous, may alter what it gets, and returns what is stored then", async (store) => {
    await store.save("k", { n: 1, text: "t" });
    const updated = await store.update("k", async (note) => {
      await Promise.resolve();
      note!.n = 2;
      return note!;
    });
    assert.deepEqual(updated.document, { n: 2, text: "t" });
    assert.deepEqual(await store.load("k"), updated);
  });

  rule("update that returns undefined leaves the document, and one that throws does too", async (store) => {
    assert.equal(await store.update("k", () => undefined), undefined);
    const entry = await store.save("k", { n: 1 });
    const left = await store.update("k", (note) => {
      note!.n = 9;
      return undefined;
    });
    assert.deepEqual(left?.document, { n: 1 });
    const error = new Error("from the change");
    await assert.rejects(
      store.update("k", () => {
        throw error;
      }),
      error,
    );
    assert.equal((await store.load("k"))?.version, entry.version);
  });

  rule("as many versions as supported are kept and loaded by number", async (store) => {
    const { versions } = store.supports;
    for (let n = 1; n <= versions + 2; n++) await store.save("k", { n });
    const newest = versions + 2;
    const kept = Array.from({ length: versions }, (_, n) => newest - n);
    assert.deepEqual(
      (await store.history("k")).map(({ version }) => version),
      kept,
    );
    for (const version of kept) assert.deepEqual((await store.load("k", { version }))?.document, { n: version });
    for (const version of [newest - versions, newest + 1, 0, 1.5])
      assert.equal(await store.load("k", { version }), undefined);
    assert.equal(await store.delete("k"), true);
    assert.deepEqual(await store.history("k"), []);
    assert.equal(await store.load("k", { version: newest }), undefined);
    assert.equal((await store.save("k", {})).version, 1);
  });

  rule("[DF-6] any string is a key, kept apart from every other and listed exactly", async (store) => {
    for (const [n, key] of HOSTILE_KEYS.entries()) await store.save(key, { n });
    for (const [n, key] of HOSTILE_KEYS.entries()) assert.deepEqual((await store.load(key))?.document, { n });
    const { entries, unreadable } = await store.list();
    assert.deepEqual(entries.map(({ key }) => key).toSorted(), [...HOSTILE_KEYS].toSorted());
    assert.deepEqual(unreadable, []);
    for (const key of HOSTILE_KEYS) assert.equal(await store.delete(key), true);
    assert.deepEqual((await store.list()).entries, []);
  });

  rule("lists newest first, by owner, in pages that later saves do not move", async (store) => {
    for (let n = 0; n < 7; n++) await store.save(`k${n}`, { agentId: n % 2 === 0 ? "even" : "odd", n });
    const all = await store.list();
    assert.deepEqual(
      all.entries.map(({ key }) => key),
      ["k6", "k5", "k4", "k3", "k2", "k1", "k0"],
    );
    assert.deepEqual(
      (await store.list({ owner: "odd" })).entries.map(({ key }) => key),
      ["k5", "k3", "k1"],
    );
    const first = await store.list({ limit: 3 });
    assert.deepEqual(
      first.entries.map(({ key }) => key),
      ["k6", "k5", "k4"],
    );
    await store.save("new", { n: 9 });
    const second = await store.list({ limit: 4, cursor: first.next });
    assert.deepEqual(
      second.entries.map(({ key }) => key),
      ["k3", "k2", "k1", "k0"],
    );
    assert.equal(second.next, undefined);
    await rejectsWith("USAGE", store.list({ limit: 0 }));
    await rejectsWith("USAGE", store.list({ cursor: "nonsense" }));
  });

  rule("listBy gives an owner's documents, in pages too", async (store) => {
    for (let n = 0; n < 6; n++) await store.save(`k${n}`, { agentId: n % 2 === 0 ? "even" : "", n });
    const first = await store.listBy("even", { limit: 2 });
    assert.deepEqual(
      first.snapshots.map(({ document }) => document.n),
      [4, 2],
    );
    const second = await store.listBy("even", { cursor: first.next });
    assert.deepEqual(
      second.snapshots.map(({ document }) => document.n),
      [0],
    );
    assert.equal((await store.listBy("")).snapshots.length, 3);
    assert.equal((await store.listBy("nobody")).snapshots.length, 0);
  });

  rule("describe says whose a document is and which time it is listed by", async (_, open) => {
    const times: readonly string[] = [
      "2020-01-02T00:00:00Z",
      "2024-01-01T00:00:00.000Z",
      "2020-01-01T01:00:00+01:00",
      "no time",
    ];
    const store = open({ describe: ({ text, n }) => ({ owner: text, time: times[n!] }), now: () => 0 });
    for (let n = 0; n < times.length; n++) await store.save(`k${n}`, { text: "o", n });
    const { entries } = await store.list({ owner: "o" });
    assert.deepEqual(
      entries.map(({ key, time }) => [key, time]),
      [
        ["k1", "2024-01-01T00:00:00.000Z"],
        ["k0", "2020-01-02T00:00:00.000Z"],
        ["k2", "2020-01-01T00:00:00.000Z"],
        ["k3", "1970-01-01T00:00:00.000Z"],
      ],
    );
  });

  rule("a schema judges on save and load, and unknown fields survive", async (store, open) => {
    const judged = open({
      schema: {
        "~standard": {
          version: 1,
          vendor: "test",
          // As a stripping schema does: what it returns has none of the fields it does not know.
          validate: async (value) => {
            const { n } = value as Note;
            return typeof n === "number"
              ? { value: { n } }
              : { issues: [{ message: "expected a number", path: ["n"] }] };
          },
        },
      },
    });
    await judged.save("k", { n: 1, text: "kept" });
    await judged.update("k", (note) => ({ ...note, n: 2 }));
    assert.deepEqual((await judged.load("k"))?.document, { n: 2, text: "kept" });
    await rejectsWith("USAGE", judged.save("k", { text: "no number" }));
    await rejectsWith(
      "USAGE",
      judged.update("k", () => ({ text: "no number" })),
    );
    assert.equal((await judged.load("k"))?.version, 2);
    if (!store.supports.shared) return;
    await store.save("bad", { agentId: "a", text: "no number" });
    await rejectsWith("CORRUPT_SNAPSHOT", judged.load("bad"), { key: "bad" });
    await rejectsWith(
      "CORRUPT_SNAPSHOT",
      judged.update("bad", () => ({ n: 1 })),
      { key: "bad" },
    );
    const { snapshots, unreadable } = await judged.listBy("a");
    assert.deepEqual([snapshots.length, unreadable.map(({ key }) => key)], [0, ["bad"]]);
    assert.deepEqual((await store.load("bad"))?.document, { agentId: "a", text: "no number" });
  });

  rule("what is no JSON is refused and nothing is written", async (store) => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    for (const document of [cycle, { n: 1n }, undefined, () => 1])
      await rejectsWith("USAGE", store.save("k", document as Note));
    for (const ifVersion of [-1, 0.5, Number.NaN]) await rejectsWith("USAGE", store.save("k", {}, { ifVersion }));
    assert.equal(await store.load("k"), undefined);
  });

  rule("what was saved is there for another handle", async (store, open) => {
    if (!store.supports.shared) return;
    await store.save("k", { n: 1 });
    assert.deepEqual((await open().load("k"))?.document, { n: 1 });
    await open().save("k", { n: 2 });
    assert.equal((await store.save("k", { n: 3 })).version, 3);
    assert.deepEqual((await open().list()).entries, (await store.list()).entries);
  });

  rule("close waits for what was begun, may be called again, and refuses what comes after", async (store) => {
    const saving = store.save("k", { n: 1 });
    await store.close();
    assert.equal((await saving).version, 1);
    await store.close();
    const calls = [
      store.load("k"),
      store.save("k", {}),
      store.update("k", () => ({})),
      store.delete("k"),
      store.list(),
      store.listBy("a"),
      store.history("k"),
    ];
    for (const call of calls) await rejectsWith("CLOSED", call);
  });

  return cases;
}

async function rejectsWith(code: ErrorCode, promise: Promise<unknown>, fields: object = {}): Promise<void> {
  const error: unknown = await promise.then(
    () => assert.fail(`it did not end in ${code}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(isAgentlogError(error, code), String(error));
  for (const [name, value] of Object.entries(fields))
    assert.deepEqual((error as unknown as Record<string, unknown>)[name], value);
}
