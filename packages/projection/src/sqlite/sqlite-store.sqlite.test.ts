import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEventLog, type NewLogEvent } from "@agentlog/event-log";
import { isAgentlogError } from "@agentlog/types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectAgreement } from "../fixtures/agreement.js";
import { tallies, type Tally, total } from "../fixtures/tallies.js";
import {
  hasSqlite,
  openCollection,
  openProjection,
  openReadModel,
  type Collection,
  type Problem,
  sqliteStore,
} from "../index.js";

describe.skipIf(!hasSqlite())("sqliteStore (this Node has SQLite)", () => {
  let dir: string;
  let path: string;
  let database: string;
  let problems: Problem[];
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), "agentlog-"));
    path = join(dir, "events.jsonl");
    database = join(dir, "registry", "read-model.db");
    problems = [];
    await append(40);
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const append = async (count: number): Promise<void> => {
    const events = Array.from({ length: count }, (_, n): NewLogEvent => {
      return { type: "tally.added", data: { name: `k${n % 9}`, n, note: `page ${n}` } };
    });
    await openEventLog(path).appendMany(events);
  };
  const start = (): Collection<Tally> => {
    const store = openReadModel({ directory: join(dir, "registry") });
    return openCollection(tallies, { log: openEventLog(path), store, onProblem: (one) => problems.push(one) });
  };
  const agree = async (): Promise<void> => {
    const collection = start();
    await expectAgreement(collection, path);
    await collection.close();
  };

  it("[PR-3] each catch-up is kept at once, for every projection of the file", async () => {
    const store = sqliteStore({ path: database });
    const projection = openProjection(total, { log: openEventLog(path), store });
    expect((await projection.state()).events).toBe(40);
    const collection = start();
    await collection.catchUp();
    const other = start();
    expect(await other.catchUp()).toMatchObject({ events: 0, position: { seq: 39 } });
    await append(2);
    expect(await other.catchUp()).toMatchObject({ events: 2 });
    expect(await collection.catchUp()).toMatchObject({ events: 0, position: { seq: 41 } });
    await expectAgreement(collection, path);
    for (const handle of [projection, collection, other]) await handle.close();
  });

  it("[H-87] keeps the database and its journals private", async () => {
    const collection = start();
    await collection.catchUp();
    const names = readdirSync(join(dir, "registry"));
    expect(names).toContain("read-model.db-wal");
    for (const name of names) expect(statSync(join(dir, "registry", name)).mode & 0o777).toBe(0o600);
    expect(statSync(join(dir, "registry")).mode & 0o777).toBe(0o700);
    await collection.close();
    chmodSync(database, 0o644);
    await agree();
    expect(statSync(database).mode & 0o777).toBe(0o600);
  });

  it.each<[string, () => void]>([
    ["of garbage", () => writeFileSync(database, Buffer.alloc(40_000, "garbage"))],
    ["cut short", () => truncateSync(database, 5_000)],
    ["with its middle overwritten", () => writeFileSync(database, readFileSync(database).fill(0x5a, 4_096))],
    ["that is a directory", () => (rmSync(database), mkdirSync(database))],
    ["with another schema", () => foreign("CREATE TABLE x (y); PRAGMA user_version = 7")],
    ["of somebody else", () => foreign("CREATE TABLE x (y)")],
    ["with a table missing", () => foreign("DROP TABLE record", false)],
    ["with a position that is none", () => foreign("UPDATE projection SET position = '{}'", false)],
    ["with a record that is none", () => foreign("UPDATE record SET json = '{'", false)],
  ])("[PR-1] a database %s is set aside, and a new one made", async (_what, spoil) => {
    await agree();
    spoil();
    await agree();
    expect(problems.map(({ kind }) => kind)).toEqual(["set-aside"]);
    expect(readdirSync(join(dir, "registry")).filter((name) => name.includes(".set-aside-")).length).toBeGreaterThan(0);
    await agree();
    expect(problems).toHaveLength(1);
  });

  const foreign = (sql: string, anew = true): void => {
    if (anew) rmSync(database);
    const script = `new (require("node:sqlite").DatabaseSync)(${JSON.stringify(database)}).exec(${JSON.stringify(sql)})`;
    execFileSync(process.execPath, ["--no-warnings", "-e", script]);
  };

  it("[PR-1] a database that is replaced while it is open is let go of", async () => {
    const collection = start();
    await collection.catchUp();
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${database}${suffix}`, { force: true });
    await append(1);
    await collection.catchUp();
    await expectAgreement(collection, path);
    await collection.close();
    await agree();
  });

  it("refuses a symbolic link", async () => {
    mkdirSync(join(dir, "registry"));
    symlinkSync(join(dir, "elsewhere"), database);
    const failed = await start()
      .catchUp()
      .catch((error: unknown) => error);
    expect(isAgentlogError(failed, "UNSAFE_PATH")).toBe(true);
  });

  it("[PR-1] an older version's records go when a newer one is kept", async () => {
    await agree();
    const store = sqliteStore({ path: database });
    const next = openCollection({ ...tallies, version: 2 }, { log: openEventLog(path), store });
    expect(await next.catchUp()).toMatchObject({ events: 40 });
    await next.close();
    const again = start();
    expect(await again.catchUp()).toMatchObject({ events: 40 });
    await again.close();
  });

  it("keeps the warning about SQLite from the terminal, and no other", () => {
    const script = `
      import { hasSqlite } from "@agentlog/projection";
      if (!hasSqlite()) throw new Error("no SQLite");
      process.emitWarning("heard", "ExperimentalWarning");`;
    const cwd = new URL("../..", import.meta.url);
    const run = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_REDIRECT_WARNINGS: join(dir, "warnings") },
    });
    expect(run).toBe("");
    const warnings = readFileSync(join(dir, "warnings"), "utf8");
    expect(warnings).toContain("heard");
    expect(warnings).not.toContain("SQLite");
  });
});
