import { describe, it } from "vitest";
import { proveSeveral } from "./fixtures/several-processes.js";
import { hasSqlite } from "./index.js";

describe.skipIf(!hasSqlite())("several processes (this Node has SQLite)", () => {
  it("[PR-3] four processes fold into one database, others are killed, and each event counts once", async () => {
    await proveSeveral("sqlite", 150, 6);
  }, 120_000);
});
