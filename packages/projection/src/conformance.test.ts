import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { fileStore, memoryStore, type OpenReadModelStore } from "./index.js";
import { readModelConformance } from "./testing/index.js";

const dir = mkdtempSync(join(tmpdir(), "agentlog-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("memoryStore", () => {
  const places = new Map<string, OpenReadModelStore>();
  const create = (name: string): OpenReadModelStore => {
    const place = places.get(name) ?? memoryStore();
    places.set(name, place);
    return place;
  };
  for (const { name, run } of readModelConformance(create)) it(name, run);
});

describe("fileStore", () => {
  for (const { name, run } of readModelConformance((place) => fileStore({ path: join(dir, place) }))) it(name, run);
});

describe("fileStore that writes each commit", () => {
  const create = (place: string): OpenReadModelStore =>
    fileStore({ path: join(dir, "each", place), flushEvents: 0.25 });
  for (const { name, run } of readModelConformance(create)) it(name, run);
});
