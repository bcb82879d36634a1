import { join } from "node:path";
import { describe, it } from "vitest";
import { proveRefold } from "./fixtures/refold-property.js";
import { hasSqlite, sqliteStore } from "./index.js";

describe.skipIf(!hasSqlite())("[PR-3] incremental fold is the full refold (this Node has SQLite)", () => {
  it("[PR-3] in SQLite", async () => {
    await proveRefold((dir) => () => sqliteStore({ path: join(dir, "read-model.db") }));
  }, 300_000);
});
