import { join } from "node:path";
import { describe, it } from "vitest";
import { proveRefold } from "./fixtures/refold-property.js";
import { fileStore, memoryStore } from "./index.js";

describe("[PR-3] incremental fold is the full refold", () => {
  it("[PR-3] in memory", async () => {
    await proveRefold(() => {
      const store = memoryStore();
      return () => store;
    });
  }, 300_000);

  it("[PR-3] in files that are written now and then", async () => {
    await proveRefold((dir) => () => fileStore({ path: join(dir, "checkpoints"), flushEvents: 8 }));
  }, 300_000);

  it("[PR-3] in files that are written after each commit", async () => {
    await proveRefold((dir) => () => fileStore({ path: join(dir, "checkpoints"), flushEvents: 0.25 }));
  }, 300_000);
});
