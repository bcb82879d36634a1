import { mkdirSync, readdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type KeptPlace, keptPlace } from "./fixtures/kept.js";

async function kept(): Promise<KeptPlace & { readonly model: string }> {
  const place = keptPlace("file");
  await place.append(200);
  await place.keep();
  return { ...place, model: join(place.directory, "checkpoints", "tallies.v1") };
}

describe("inspectReadModels of files", () => {
  it("[PR-1] says which are there, of what version, and that they fit", async () => {
    const { inspect, append, model } = await kept();
    const found = { path: model, kind: "file", name: "tallies", version: 1, state: "fits" };
    expect(inspect()).toMatchObject([{ ...found, position: { seq: 199 } }]);
    await append(3);
    expect(inspect(), "behind is no fault").toMatchObject([{ ...found, position: { seq: 199 } }]);
  });

  it("finds nothing where nothing is kept, and passes over what is none", async () => {
    const { directory, inspect } = keptPlace("file");
    expect(inspect()).toEqual([]);
    mkdirSync(join(directory, "checkpoints", ".hidden.v1"), { recursive: true });
    mkdirSync(join(directory, "checkpoints", "notes"));
    mkdirSync(join(directory, "checkpoints", "other.v3"));
    expect(inspect()).toMatchObject([{ name: "other", version: 3, state: "empty", position: undefined }]);
  });

  it.each<[string, (place: KeptPlace) => void | Promise<void>]>([
    ["ends before", ({ log }) => truncateSync(log, statSync(log).size >> 1)],
    ["is gone", ({ log }) => rmSync(log)],
    [
      "is another",
      async ({ log, append }) => {
        renameSync(log, `${log}.old`);
        await append(300);
      },
    ],
  ])("[PR-1] a log that %s is not the one it was made from", async (_what, change) => {
    const place = await kept();
    await change(place);
    expect(place.inspect()).toMatchObject([{ state: "unfit", position: { seq: 199 } }]);
  });

  it.each<[string, (model: string) => void]>([
    ["a manifest of garbage", (model) => writeFileSync(join(model, "manifest.json"), "\0\n\n")],
    ["a segment cut off", (model) => truncateSync(segmentOf(model), 10)],
    ["a segment that is gone", (model) => rmSync(segmentOf(model))],
  ])("[PR-1] %s is damage", async (_what, spoil) => {
    const { model, inspect } = await kept();
    spoil(model);
    expect(inspect()).toMatchObject([{ state: "damaged" }]);
  });
});

function segmentOf(model: string): string {
  return join(model, readdirSync(model).find((name) => name.endsWith(".jsonl")) ?? "");
}
