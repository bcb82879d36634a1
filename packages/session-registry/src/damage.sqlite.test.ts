import { join } from "node:path";
import { hasSqlite, sqliteStore } from "@agentlog/projection";
import { describe } from "vitest";
import { damageTests } from "./fixtures/damage.js";

describe.skipIf(!hasSqlite())("a damaged registry, its read model in SQLite (this Node has SQLite)", () => {
  damageTests((store) => sqliteStore({ path: join(store.layout.registryDir, "read-model.db") }));
});
