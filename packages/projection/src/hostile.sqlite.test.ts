import {
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { isAgentlogError } from "@agentlog/types";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isRoot, NOBODY, withUmask } from "../../durable-fs/src/testing/as-user.js";
import { hostilePlace, type HostilePlace, WRONG_POSITIONS } from "./fixtures/hostile-places.js";
import { hasSqlite, sqliteStore } from "./index.js";
import { loadSqlite } from "./sqlite/load.js";
import { SCHEMA_VERSION } from "./sqlite/schema.js";

const place = (): HostilePlace => hostilePlace((dir) => sqliteStore({ path: join(dir, "registry", "read-model.db") }));
const databaseOf = ({ dir }: HostilePlace): string => join(dir, "registry", "read-model.db");

/** A place whose database is written, with more in the log behind it. */
async function checkpointed(): Promise<HostilePlace> {
  const at = place();
  await at.append(60);
  await at.agree();
  await at.append(7);
  return at;
}

/** Writes into a database behind the store's back. */
function tamper(at: HostilePlace, sql: string, ...values: readonly string[]): void {
  const db = new (loadSqlite()!.DatabaseSync)(databaseOf(at));
  try {
    db.prepare(sql).run(...values);
  } finally {
    db.close();
  }
}

const positionOf = (at: HostilePlace): any => {
  const db = new (loadSqlite()!.DatabaseSync)(databaseOf(at));
  try {
    return JSON.parse(String(db.prepare("SELECT position FROM projection").get()?.["position"]));
  } finally {
    db.close();
  }
};

describe.skipIf(!hasSqlite())("[H-72] a database (this Node has SQLite)", () => {
  it.each<readonly [string, (file: string) => void]>([
    ["truncated", (file) => truncateSync(file, lstatSync(file).size >> 1)],
    ["empty", (file) => truncateSync(file, 0)],
    ["of NULs", (file) => writeFileSync(file, Buffer.alloc(lstatSync(file).size))],
    ["of 100,000 brackets", (file) => writeFileSync(file, "[".repeat(100_000))],
    ["huge", (file) => truncateSync(file, 3 * 1024 * 1024 * 1024)],
    ["a directory", (file) => (rmSync(file), mkdirSync(file))],
    ["gone, its journal left", (file) => (writeFileSync(`${file}-wal`, readFileSync(file)), rmSync(file))],
    ["said to be read-only by one byte", (file) => writeFileSync(file, readFileSync(file).fill(3, 18, 19))],
    ["beside a journal of garbage", (file) => writeFileSync(`${file}-wal`, "garbage".repeat(1_000))],
    ["beside a roll-back journal of garbage", (file) => writeFileSync(`${file}-journal`, "garbage".repeat(1_000))],
  ])("[H-72] that is %s is ignored or set aside, and the state is the full replay", async (_name, spoil) => {
    const at = await checkpointed();
    spoil(databaseOf(at));
    await at.agree();
    await at.append(3);
    await at.agree();
  });

  it.each(WRONG_POSITIONS)("[H-72] a position %s is not trusted", async (_name, make) => {
    const at = await checkpointed();
    tamper(at, "UPDATE projection SET position = ?", JSON.stringify(make(positionOf(at))));
    await at.agree();
    expect(at.problems.map(({ kind }) => kind)).toEqual([expect.stringMatching(/^(stale-state|set-aside)$/)]);
  });

  it.each([
    "UPDATE projection SET position = NULL",
    "UPDATE projection SET position = 'x'",
    "UPDATE projection SET position = x'00ff'",
    "UPDATE projection SET version = 2",
    "UPDATE projection SET name = 'other'",
    "DELETE FROM projection",
    "UPDATE record SET json = x'ff00'",
    "UPDATE record SET entries = '7'",
    "UPDATE record SET entries = '[7]'",
    "UPDATE record SET entries = 'null'",
    "UPDATE record SET key = x'ff' WHERE row = 1",
    "UPDATE OR IGNORE entry SET value = x'ff'",
    "UPDATE OR IGNORE entry SET key = 'a'",
    "DROP TABLE entry",
    "DROP TABLE words_1",
    "ALTER TABLE record ADD COLUMN more TEXT",
  ])("[H-72] after %s no error is ours and no answer wrong that a rebuild does not right", async (sql) => {
    const at = await checkpointed();
    tamper(at, sql);
    const first: unknown = await at.agree().catch((error: unknown) => error);
    // What stays well formed is not noticed, as the README says; it is told by no crash of ours, and a rebuild rights it.
    expect(first instanceof TypeError, String(first)).toBe(false);
    await at.rebuild();
    await at.agree();
  });

  it.each([
    ["an older", SCHEMA_VERSION - 1],
    ["a newer", SCHEMA_VERSION + 1],
  ])("[H-72] one whose tables are said to be of %s version is set aside", async (_name, version) => {
    const at = await checkpointed();
    tamper(at, `PRAGMA user_version = ${version}`);
    await at.agree();
    expect(at.problems.map(({ kind }) => kind)).toEqual(["set-aside"]);
    await at.agree();
  });

  it("[H-74] names that can be foreseen and were planted as links lead nowhere", async () => {
    const at = place();
    await at.append(20);
    mkdirSync(join(at.dir, "registry"), { mode: 0o700 });
    const victim = join(at.dir, "bashrc");
    writeFileSync(victim, "precious");
    for (const suffix of ["-wal", "-shm", "-journal", ""]) {
      const planted = `${databaseOf(at)}${suffix}`;
      for (const target of [victim, join(at.dir, "nowhere")]) {
        symlinkSync(target, planted);
        const failed: unknown = await at.agree().catch((error: unknown) => error);
        if (failed !== undefined) expect(isAgentlogError(failed)).toBe(true);
        expect(readFileSync(victim, "utf8")).toBe("precious");
        expect(existsSync(join(at.dir, "nowhere"))).toBe(false);
        rmSync(join(at.dir, "registry"), { recursive: true });
        mkdirSync(join(at.dir, "registry"), { mode: 0o700 });
      }
    }
    await at.agree();
  });

  it("[H-72] whatever bytes are written over its pages, nothing but our errors comes of it, and a rebuild rights it", async () => {
    const damage = fc.record({ at: fc.nat(1_000_000), bytes: fc.uint8Array({ minLength: 1, maxLength: 64 }) });
    const at = place();
    await at.append(40);
    await fc.assert(
      fc.asyncProperty(damage, async (how) => {
        await at.agree();
        const bytes = readFileSync(databaseOf(at));
        bytes.set(how.bytes.subarray(0, bytes.length - (how.at % bytes.length)), how.at % bytes.length);
        writeFileSync(databaseOf(at), bytes);
        const failed: unknown = await at.agree().catch((error: unknown) => error);
        expect(failed instanceof TypeError || failed instanceof SyntaxError, String(failed)).toBe(false);
        await at.rebuild();
        await at.agree();
      }),
      { numRuns: 12 },
    );
  });

  it.each([0o000, 0o022, 0o077, 0o777])("[H-87] it and its journals are private under umask %o", (umask) => {
    const at = place();
    const registry = join(at.dir, "registry");
    if (isRoot) chownSync(at.dir, NOBODY, NOBODY);
    const opened = withUmask(umask, () => {
      const store = sqliteStore({ path: databaseOf(at) })({ name: "n", version: 1, indexes: [], fullText: true });
      const to = { seq: 0, offset: 1, id: "evt_0", crc: "00000000" };
      void store.commit([{ key: "k", record: 1, indexes: {}, words: ["w"] }], undefined, to);
      return store;
    });
    const names = readdirSync(registry);
    expect(names.toSorted()).toEqual(["read-model.db", "read-model.db-shm", "read-model.db-wal"]);
    for (const name of names) expect(lstatSync(join(registry, name)).mode & 0o777, name).toBe(0o600);
    expect(lstatSync(registry).mode & 0o777).toBe(0o700);
    void opened.close();
  });

  it("[H-76] keys that objects have already are keys like others, in SQLite too", async () => {
    const at = await checkpointed();
    await at.agree();
    expect(({} as Record<string, unknown>)["name"]).toBeUndefined();
    expect(readdirSync(join(at.dir, "registry"))).toContain("read-model.db");
  });
});
