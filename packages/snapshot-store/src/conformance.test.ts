import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { fileSnapshotStore, memorySnapshotStore } from "./index.js";
import { snapshotConformance, type Note } from "./testing/index.js";

const dir = mkdtempSync(join(tmpdir(), "agentlog-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe.each([1, 3])("fileSnapshotStore that keeps %i conforms to the port", (keep) => {
  const create: Parameters<typeof snapshotConformance>[0] = (name, options) =>
    fileSnapshotStore<Note>({ directory: join(dir, String(keep), name), keep, ...options });
  for (const { name, run } of snapshotConformance(create)) it(name, run);
});

describe.each([1, 3])("memorySnapshotStore that keeps %i conforms to the port", (keep) => {
  for (const { name, run } of snapshotConformance((_, options) => memorySnapshotStore<Note>({ keep, ...options })))
    it(name, run);
});
