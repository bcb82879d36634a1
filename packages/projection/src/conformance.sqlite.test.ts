import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { hasSqlite, sqliteStore } from "./index.js";
import { readModelConformance } from "./testing/index.js";

const dir = mkdtempSync(join(tmpdir(), "agentlog-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.skipIf(!hasSqlite())("sqliteStore (this Node has SQLite)", () => {
  const create = (name: string): ReturnType<typeof sqliteStore> =>
    sqliteStore({ path: join(dir, name, "read-model.db") });
  for (const { name, run } of readModelConformance(create)) it(name, run);
});
