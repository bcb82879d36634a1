import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { anyEventSchema } from "@agentlog/types/schemas";
import { describe, expect, it } from "vitest";
import { loadSqlite } from "../../files/sqlite.js";
import { corpus } from "../../testing/corpus.js";
import { temporaryFolder } from "../../testing/stores.js";
import { writeDatabase } from "./testing/databases.js";
import { appendTo, type Import, importPaths, typesOf } from "./testing/trees.js";

// Real sessions, kept outside the project. Without them these tests are skipped, which the run's summary shows.
const OPENCODE = corpus("opencode");
const SQL = join(OPENCODE, "vshulcz__deja-vu/fixtures/registry/opencode/opencode.sql");

function expectSound(found: Import): void {
  for (const [seq, event] of found.events.entries()) {
    expect(anyEventSchema.safeParse({ ...event, seq }).error?.issues).toBeUndefined();
  }
  const log = new Map();
  expect(appendTo(log, found.events)).toBe(found.events.length);
}

describe.skipIf(!existsSync(OPENCODE))("the shared OpenCode sessions", () => {
  it("are found among everything else, and nothing else is", async () => {
    const found = await importPaths(OPENCODE);
    expectSound(found);
    expect(found).toMatchObject({ bad: [], foreign: 0, unfinished: 0 });
    expect(found.sessions).toEqual(
      new Set(["session-001", "session-002", "session-003", "s_stage0_large", "s_stage0_small"]),
    );
  });

  it("know the parent of a sub-agent", async () => {
    const found = await importPaths(join(OPENCODE, "supermaciz__sessions-chronicle"));
    const links = found.facts.flatMap(({ link }) => link ?? []);
    expect(links).toEqual([{ kind: "sub-agent", native: "session-001" }]);
    const tools = found.events.filter(({ type }) => type.startsWith("tool."));
    expect(typesOf(tools)).toEqual(["tool.called", "tool.completed"]);
    expect(tools[0]?.data["callId"]).toBe("part-002");
  });

  it("give every kind of part its event", async () => {
    const found = await importPaths(join(OPENCODE, "jazzyalex__agent-sessions"));
    const types = new Set(typesOf(found.events));
    for (const type of ["context.compacted", "tool.completed", "file.read", "usage.recorded", "opencode.error"]) {
      expect(types).toContain(type);
    }
  });

  it.skipIf(loadSqlite() === undefined)("are read from a database, times as texts among them", async () => {
    const path = join(temporaryFolder(), "opencode.db");
    const database = writeDatabase(path);
    database.exec(readFileSync(SQL, "utf8"));
    database.close();
    const found = await importPaths(path);
    expectSound(found);
    expect(typesOf(found.events)).toEqual(["session.started", "message.sent", "message.sent"]);
    expect(found.events.map(({ time }) => time)).toEqual([
      "2026-07-17T09:00:00.000Z",
      "2026-07-17T09:00:01.000Z",
      "2026-07-17T09:00:02.000Z",
    ]);
  });
});
