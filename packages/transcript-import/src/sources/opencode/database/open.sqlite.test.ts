import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { hasSqlite, loadSqlite } from "../../../files/sqlite.js";
import { temporaryFolder } from "../../../testing/stores.js";
import { opencodeSource } from "../source.js";
import {
  addMessage,
  addPart,
  addSession,
  type Database,
  insert,
  newDatabase,
  OLD_TABLES,
  writeDatabase,
} from "../testing/databases.js";
import { importPaths, OLD_MS, prompt } from "../testing/trees.js";

const HERE = loadSqlite() !== undefined;

it("knows which Node can read a database without a trace", () => {
  const versions = ["20.20.2", "22.14.0", "23.9.1", "22.15.0", "23.10.0", "24.0.0", "26.1.0"];
  expect(versions.map(hasSqlite)).toEqual([false, false, false, true, true, true, true]);
});

it.skipIf(HERE)("names the database that this Node cannot read", async () => {
  const path = join(temporaryFolder(), "opencode.db");
  writeFileSync(path, "SQLite format 3\0");
  const { files, skipped } = await opencodeSource.discover({ paths: [path], env: {} });
  expect(files).toEqual([]);
  expect(skipped).toMatchObject([{ path, reason: "needs-node", detail: expect.stringContaining("Node 22.15") }]);
});

describe.skipIf(!HERE)("reading OpenCode's database", () => {
  const fresh = (tables: string): { readonly path: string; readonly database: Database } =>
    newDatabase(temporaryFolder(), tables);

  it("leaves nothing beside the database and does not change it, whether OpenCode runs or not", async () => {
    const { path, database } = fresh(OLD_TABLES);
    addSession(database, "session", "ses_1");
    const files = (): unknown =>
      readdirSync(dirname(path)).map((name) => [name, readFileSync(join(dirname(path), name), "latin1")]);
    const withoutIndex = (): unknown => (files() as [string, string][]).filter(([name]) => !name.endsWith("-shm"));
    const running = withoutIndex();
    expect((await importPaths(path)).events).toHaveLength(2);
    expect(withoutIndex()).toEqual(running);
    expect(readdirSync(dirname(path))).toHaveLength(3);
    database.close();
    const closed = files();
    expect((await importPaths(path)).events).toHaveLength(2);
    expect(files()).toEqual(closed);
    expect(readdirSync(dirname(path))).toEqual(["opencode.db"]);
  });

  it("sees what a writer commits while it reads, though nobody wrote when it began", async () => {
    const { path, database } = fresh(OLD_TABLES);
    for (const id of ["ses_1", "ses_2"]) addSession(database, "session", id);
    database.close();
    const texts: unknown[] = [];
    let writer: Database | undefined;
    for await (const step of opencodeSource.read({ path, bytes: 0 })) {
      if (writer === undefined) {
        writer = writeDatabase(path);
        addMessage(writer, "ses_2", "msg_1", prompt(OLD_MS));
        addPart(writer, "ses_2", "msg_1", "prt_1", { type: "text", text: "just now" });
      }
      if (step.kind === "record") texts.push(...step.events.map(({ data }) => data["text"]));
    }
    writer?.close();
    expect(texts).toContain("just now");
  });

  it("reads beside a writer, stops none, and says who waits when one has it for himself", async () => {
    const { path, database } = fresh(OLD_TABLES);
    addSession(database, "session", "ses_1");
    database.exec("BEGIN IMMEDIATE; UPDATE session SET title = 'not yet'");
    expect((await importPaths(path)).events.at(-1)?.data).toEqual({ title: "A title" });
    let written = 0;
    for await (const _ of opencodeSource.read({ path, bytes: 0 }))
      database.exec(`UPDATE session SET slug = '${written++}'`);
    expect(written).toBeGreaterThan(1);
    database.exec("COMMIT; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE");
    await expect(importPaths(path)).rejects.toMatchObject({ code: "LOCK_TIMEOUT", path });
    database.exec("COMMIT");
    database.close();
    expect((await importPaths(path)).events).toHaveLength(2);
  });

  it("goes on after damage, and knows what is not OpenCode's", async () => {
    const { path, database } = fresh(OLD_TABLES);
    addSession(database, "session", "ses_1");
    addMessage(database, "ses_1", "msg_1", prompt(OLD_MS));
    insert(database, "part", {
      id: "prt_1",
      message_id: "msg_1",
      session_id: "ses_1",
      time_created: 1,
      time_updated: 1,
      data: "{half",
    });
    insert(database, "message", { id: "msg_2", session_id: "ses_1", time_created: "x", time_updated: 1, data: "[]" });
    addPart(database, "ses_1", "msg_1", "prt_2", { type: "text", text: "whole" });
    insert(database, "session", { id: "ses_2", directory: "/", time_created: 9007199254740, time_updated: 0 });
    database.exec("UPDATE session SET time_updated = 9223372036854775807 WHERE id = 'ses_2'");
    database.close();
    const { bad, events, sessions } = await importPaths(path);
    expect(bad).toEqual(["not-json: part", "not-an-object: message"]);
    expect(events.some(({ data }) => data["text"] === "whole")).toBe(true);
    expect(sessions.size).toBe(2);

    const folder = temporaryFolder();
    const damaged = join(folder, "opencode.db");
    const bytes = readFileSync(path);
    writeFileSync(damaged, Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 7)]));
    expect((await importPaths(damaged)).bad.every((reason) => /^(?:damaged|sqlite-error)/.test(reason))).toBe(true);
    expect((await importPaths(damaged)).bad.length).toBeGreaterThan(0);
    writeFileSync(join(folder, "opencode-next.db"), "no database");
    const other = join(folder, "other.db");
    const others = writeDatabase(other);
    others.exec(`CREATE TABLE session (id text, directory text, time_created any);
      CREATE VIEW message AS SELECT id, id AS session_id, 1 AS time_created, '{}' AS data FROM session;
      CREATE VIEW part AS SELECT id, id AS message_id, '{}' AS data FROM session`);
    others.close();
    expect(await importPaths(other)).toMatchObject({ events: [], foreign: 1 });
    expect((await importPaths(folder)).foreign).toBe(1);
  });

  it("reads what OpenCode left when it was killed", async () => {
    const { path, database } = fresh(OLD_TABLES);
    addSession(database, "session", "ses_1");
    const copy = join(temporaryFolder(), "opencode.db");
    copyFileSync(path, copy);
    copyFileSync(`${path}-wal`, `${copy}-wal`);
    database.close();
    // A log with all that is new, and no index of it.
    expect((await importPaths(copy)).events).toHaveLength(2);
  });
});
