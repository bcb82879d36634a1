import assert from "node:assert/strict";
import { type JsonObject } from "@agentlog/types";
import {
  type Change,
  type FoldPosition,
  type IndexEntry,
  type IndexRange,
  type IndexValue,
  type OpenReadModelStore,
  type ReadModelSpec,
  type ReadModelStore,
} from "../store.js";

/** One rule of a port and how to prove it; for any test framework. */
export interface ConformanceCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

const SPEC: ReadModelSpec = { name: "conformance", version: 1, indexes: ["a", "b"], fullText: true };

/**
 * The rules every read-model store keeps, wherever it keeps things.
 *
 * @param create a place for read models; the same name is the same place, also when it is asked for again, and a new name
 * is an empty one
 */
export function readModelConformance(create: (name: string) => OpenReadModelStore): readonly ConformanceCase[] {
  const cases: ConformanceCase[] = [];
  const rule = (name: string, run: (store: ReadModelStore, open: OpenReadModelStore) => Promise<void>): void => {
    const place = `conformance-${cases.length}`;
    cases.push({
      name,
      run: async () => {
        const open = create(place);
        const store = open(SPEC);
        try {
          await run(store, open);
        } finally {
          await store.close();
        }
      },
    });
  };

  rule("[PR-1] what was never written to has no position and nothing else", async (store) => {
    assert.equal(await store.position(), undefined);
    assert.equal(await store.get("x"), undefined);
    assert.deepEqual(await store.scan("a", { limit: 9 }), []);
    assert.deepEqual(await store.search(["x"], { limit: 9 }), []);
    assert.deepEqual(await store.records({ limit: 9 }), []);
  });

  rule("[PR-3] commits changes with their position; records are as they were", async (store) => {
    const text = JSON.stringify({ "": [null, -1.5, "é\u2028😀\ud800\t\n\0"], deep: { a: [{}] } });
    const own = JSON.parse(text.replace("{", '{"__proto__":{"x":1},')) as JsonObject;
    assert.equal(await store.commit([put("k", own)], undefined, at(0)), true);
    assert.deepEqual(await store.position(), at(0));
    assert.deepEqual(await store.get("k"), own);
    assert.deepEqual(await store.records({ limit: 9 }), [{ key: "k", record: own }]);
    assert.equal(
      await store.commit(
        [
          { key: "k", record: undefined },
          { key: "never", record: undefined },
        ],
        at(0),
        at(1),
      ),
      true,
    );
    assert.equal(await store.get("k"), undefined);
    assert.deepEqual(await store.records({ limit: 9 }), []);
    assert.deepEqual(await store.position(), at(1));
  });

  rule("[PR-3] refuses a commit from any other position, and writes nothing of it", async (store) => {
    assert.equal(await store.commit([put("k", 1)], at(0), at(1)), false);
    assert.equal(await store.commit([put("k", 1)], undefined, at(0)), true);
    for (const from of [undefined, at(1), { ...at(0), id: "other" }, { ...at(0), crc: "0" }, { ...at(0), offset: 9 }]) {
      assert.equal(await store.commit([put("k", 2), put("l", 2)], from, at(5)), false);
    }
    assert.deepEqual([await store.get("k"), await store.get("l"), await store.position()], [1, undefined, at(0)]);
  });

  rule("[PR-3] of two handles that commit from one position one succeeds", async (store, open) => {
    const other = open(SPEC);
    const done = [
      await store.commit([put("k", 1)], undefined, at(0)),
      await other.commit([put("k", 2)], undefined, at(0)),
    ];
    await other.close();
    await store.close();
    const again = open(SPEC);
    // A store that writes later finds out later; what it has then is of one of the two.
    const kept = await again.get("k");
    assert.ok(done[0]);
    assert.ok(kept === 1 || kept === 2 || (kept === undefined && (await again.position()) === undefined));
    await again.close();
  });

  rule("[PR-1] after close and open, position and content are those of one commit", async (store, open) => {
    for (let n = 0; n < 50; n++) await store.commit([put(`k${n % 7}`, n)], n === 0 ? undefined : at(n - 1), at(n));
    await store.close();
    const again = open(SPEC);
    const seq = (await again.position())?.seq ?? -1;
    for (let key = 0; key < 7; key++) {
      const last = seq < key ? undefined : seq - ((seq - key) % 7);
      assert.equal(await again.get(`k${key}`), last);
    }
    await again.close();
  });

  rule("[PR-1] keeps projections and versions apart, and forgets one alone", async (store, open) => {
    const newer = open({ ...SPEC, name: "other" });
    const next = open({ ...SPEC, version: 2 });
    await store.commit([put("k", 1, { a: [["v"]] })], undefined, at(3));
    await newer.commit([put("k", 2, { a: [["w"]] })], undefined, at(4));
    assert.equal(await next.position(), undefined);
    assert.equal(await next.get("k"), undefined);
    await store.clear();
    assert.equal(await store.position(), undefined);
    assert.equal(await store.get("k"), undefined);
    assert.deepEqual(await store.scan("a", { limit: 9 }), []);
    assert.deepEqual(await store.search(["x"], { limit: 9 }), []);
    assert.equal(await newer.get("k"), 2);
    assert.equal(await store.commit([put("k", 3)], undefined, at(0)), true);
    assert.equal(await store.get("k"), 3);
    await newer.close();
    await next.close();
  });

  rule("scans an index in the order of values, then keys, by code unit", async (store) => {
    await store.commit(
      hostileValues().map((value, n) => put(`k${n}`, n, { a: [value] })),
      undefined,
      at(0),
    );
    await store.commit([put("k0", 0, { a: [["z"], [], ["z"]] })], at(0), at(1));
    const expected = sortEntries([
      ...hostileValues().flatMap((value, n) => (n === 0 ? [] : [{ value, key: `k${n}` }])),
      { value: ["z"], key: "k0" },
      { value: [], key: "k0" },
    ]);
    assert.deepEqual(await store.scan("a", { limit: 999 }), expected);
    assert.deepEqual(await store.scan("a", { limit: 999, reverse: true }), [...expected].reverse());
    assert.deepEqual(await store.scan("b", { limit: 999 }), []);
    assert.deepEqual(await store.scan("nothing", { limit: 999 }), []);
    assert.deepEqual(await store.scan("a", { limit: 0 }), []);
  });

  rule("scans parts of an index as they are told", async (store) => {
    const values = hostileValues();
    const entries = sortEntries(values.map((value, n) => ({ value, key: `k${n}` })));
    await store.commit(
      entries.map(({ value, key }) => put(key, 0, { a: [value] })),
      undefined,
      at(0),
    );
    for (const range of ranges(entries)) {
      assert.deepEqual(await store.scan("a", range), expectedScan(entries, range), JSON.stringify(range));
    }
  });

  rule("[H-76] keys and values that objects have already are keys and values like others", async (store) => {
    const names = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty", "valueOf", "length", "0"];
    for (const name of names) assert.equal(await store.get(name), undefined);
    await store.commit(
      names.map((name) => put(name, { name }, { a: [[name]] }, [name.toLowerCase()])),
      undefined,
      at(0),
    );
    const sorted = names.toSorted((a, b) => (a < b ? -1 : 1));
    for (const name of names) {
      assert.deepEqual(await store.get(name), { name });
      assert.deepEqual(await store.scan("a", { prefix: [name], limit: 9 }), [{ value: [name], key: name }]);
      assert.deepEqual(await store.search([name.toLowerCase()], { limit: 9 }), [name]);
      assert.deepEqual(await store.scan(name, { limit: 9 }), []);
    }
    assert.deepEqual(
      (await store.records({ limit: 99 })).map(({ key }) => key),
      sorted,
    );
    assert.equal(({} as Record<string, unknown>)["name"], undefined);
    await store.commit([{ key: "__proto__", record: undefined }], at(0), at(1));
    assert.equal(await store.get("__proto__"), undefined);
    assert.deepEqual(await store.scan("a", { prefix: ["__proto__"], limit: 9 }), []);
  });

  rule("a record leaves the index values it no longer has", async (store) => {
    await store.commit([put("k", 1, { a: [["1"], ["2"]], b: [["x"]] })], undefined, at(0));
    await store.commit([put("k", 2, { a: [["2"], ["3"]] })], at(0), at(1));
    assert.deepEqual(await store.scan("a", { limit: 9 }), [
      { value: ["2"], key: "k" },
      { value: ["3"], key: "k" },
    ]);
    assert.deepEqual(await store.scan("b", { limit: 9 }), []);
    await store.commit([{ key: "k", record: undefined }], at(1), at(2));
    assert.deepEqual(await store.scan("a", { limit: 9 }), []);
  });

  rule("pages through records in the order of keys, by code unit", async (store) => {
    const keys = ["", "a", "a\0", "a\0b", "aa", "b\n\t", "é", "\ud800", "😀", "\uffff", "%", '"'];
    await store.commit(
      keys.map((key) => put(key, key)),
      undefined,
      at(0),
    );
    const sorted = [...keys].sort((a, b) => (a < b ? -1 : 1));
    assert.deepEqual(
      (await store.records({ limit: 99 })).map(({ key }) => key),
      sorted,
    );
    const paged: string[] = [];
    for (let after: string | undefined; ;) {
      const page = await store.records(after === undefined ? { limit: 3 } : { after, limit: 3 });
      if (page.length === 0) break;
      paged.push(...page.map(({ key }) => key));
      after = page.at(-1)!.key;
    }
    assert.deepEqual(paged, sorted);
    for (const key of keys) assert.equal(await store.get(key), key);
  });

  rule("searches by the beginnings of words, all of them, in the order of keys", async (store) => {
    const words = [["fix", "login"], ["fixed", "logout"], ["日", "本"], ["exact"], ["xyz", "fix"], ["naïve", "s0"], []];
    await store.commit(
      words.map((own, n) => put(`k${n}`, n, {}, own)),
      undefined,
      at(0),
    );
    const found = async (query: string[], after?: string): Promise<readonly string[]> =>
      await store.search(query, after === undefined ? { limit: 9 } : { after, limit: 9 });
    assert.deepEqual(await found(["fix"]), ["k0", "k1", "k4"]);
    assert.deepEqual(await found(["fix", "log"]), ["k0", "k1"]);
    assert.deepEqual(await found(["logi", "fix"]), ["k0"]);
    assert.deepEqual(await found(["ix"]), []);
    assert.deepEqual(await found(["x"]), ["k4"]);
    assert.deepEqual(await found(["日"]), ["k2"]);
    assert.deepEqual(await found(["naï"]), ["k5"]);
    assert.deepEqual(await found(["nai"]), []);
    assert.deepEqual(await found([]), []);
    assert.deepEqual(await found(["fix"], "k0"), ["k1", "k4"]);
    assert.deepEqual(await store.search(["fix"], { limit: 2 }), ["k0", "k1"]);
    assert.deepEqual([...(await store.hits(["fix"], 9))].toSorted(), ["k0", "k1", "k4"]);
    assert.equal((await store.hits(["fix"], 2)).length, 2);
    assert.deepEqual(await store.hits([], 9), []);
    await store.commit([put("k1", 1, {}, ["other"]), { key: "k4", record: undefined }], at(0), at(1));
    assert.deepEqual(await found(["fix"]), ["k0"]);
    assert.deepEqual(await store.hits(["fix"], 9), ["k0"]);
    assert.deepEqual(await found(["other"]), ["k1"]);
  });

  return cases;
}

const at = (seq: number): FoldPosition => ({ seq, offset: (seq + 1) * 10, id: `evt_${seq}`, crc: "0a1b2c3d" });

function put(
  key: string,
  record: Exclude<Change["record"], undefined>,
  indexes: Readonly<Record<string, readonly IndexValue[]>> = {},
  words: readonly string[] = [],
): Change {
  return { key, record, indexes, words };
}

function hostileValues(): readonly IndexValue[] {
  const parts = ["", "a", "a\0", "a\0\0", "ab", "b", "é", "\ud800", "😀", "\uffff", "a\t", 'a"', "\u0001"];
  return [...parts.map((part) => [part]), ...parts.map((part) => ["a", part]), ["a", "b", "c"], ["a", "", ""], []];
}

function sortEntries(entries: readonly IndexEntry[]): readonly IndexEntry[] {
  return [...entries].sort((a, b) => compare(a.value, b.value) || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

function compare(a: IndexValue, b: IndexValue): number {
  for (let at = 0; ; at++) {
    const [left, right] = [a[at], b[at]];
    if (left === undefined || right === undefined) return a.length - b.length;
    if (left !== right) return left < right ? -1 : 1;
  }
}

function ranges(entries: readonly IndexEntry[]): readonly IndexRange[] {
  const stretches: Omit<IndexRange, "limit">[] = [
    {},
    { prefix: ["a"] },
    { prefix: ["a", "b"] },
    { prefix: ["a\0"] },
    { from: "a" },
    { from: "a\0", to: "b" },
    { to: "a" },
    { prefix: ["a"], from: "a", to: "é" },
    { prefix: ["a"], to: "" },
    { prefix: ["none"] },
  ];
  const directed = stretches.flatMap((range) => [range, { ...range, reverse: true }]);
  const paged = entries
    .filter((_, n) => n % 5 === 0)
    .flatMap((after) => directed.map((range) => ({ ...range, after })));
  return [...directed, ...paged].flatMap((range) => [
    { ...range, limit: 999 },
    { ...range, limit: 2 },
  ]);
}

/** What the words of the port's documentation mean, said without any cleverness. */
function expectedScan(entries: readonly IndexEntry[], range: IndexRange): readonly IndexEntry[] {
  const { prefix = [], from, to, reverse = false, after, limit } = range;
  const ordered = reverse ? [...entries].reverse() : entries;
  const inside = ordered.filter(({ value }) => {
    const next = value[prefix.length];
    return (
      value.length >= prefix.length &&
      prefix.every((part, n) => value[n] === part) &&
      (from === undefined || (next !== undefined && next >= from)) &&
      (to === undefined || next === undefined || next < to)
    );
  });
  const behind = inside.filter((entry) => {
    if (after === undefined) return true;
    const order = compare(entry.value, after.value) || (entry.key < after.key ? -1 : entry.key > after.key ? 1 : 0);
    return reverse ? order < 0 : order > 0;
  });
  return behind.slice(0, limit);
}
