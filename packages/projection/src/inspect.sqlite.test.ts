import { readdirSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openEventLog } from "@agentlog/event-log";
import { describe, expect, it } from "vitest";
import { type KeptPlace, keptPlace } from "./fixtures/kept.js";
import { tallies } from "./fixtures/tallies.js";
import { openCollection, openReadModel } from "./index.js";

async function kept(): Promise<KeptPlace & { readonly db: string }> {
  const place = keptPlace("sqlite");
  await place.append(200);
  await place.keep();
  return { ...place, db: join(place.directory, "read-model.db") };
}

describe("inspectReadModels of a database", () => {
  it("[PR-1] says what is in it and that it fits, and leaves no journal and no trace", async () => {
    const { inspect, directory, db } = await kept();
    const look = (): unknown => [readdirSync(directory), statSync(db).mtimeMs, statSync(directory).mtimeMs];
    const before = look();
    expect(inspect()).toMatchObject([
      { path: db, kind: "sqlite", name: "tallies", version: 1, state: "fits", position: { seq: 199 } },
    ]);
    expect(look()).toEqual(before);
  });

  it("[PR-1] another log at that path is told, and one that ends before", async () => {
    const { inspect, append, log } = await kept();
    renameSync(log, `${log}.old`);
    await append(300);
    expect(inspect()).toMatchObject([{ state: "unfit" }]);
    truncateSync(log, 100);
    expect(inspect()).toMatchObject([{ state: "unfit" }]);
  });

  it("[PR-1] garbage is damage, a file of nothing is empty", async () => {
    const { inspect, db } = await kept();
    truncateSync(db, statSync(db).size >> 1);
    expect(inspect()).toMatchObject([{ state: "damaged", name: undefined }]);
    writeFileSync(db, "no database at all, and long enough to have a header of one".repeat(20));
    expect(inspect()).toMatchObject([{ state: "damaged" }]);
    writeFileSync(db, "");
    expect(inspect()).toMatchObject([{ state: "empty" }]);
  });

  it("does not judge tables of another version", async () => {
    const { inspect, db } = await kept();
    const bytes = readFileSync(db);
    // The header's user version, four bytes at 60.
    bytes.writeUInt32BE(bytes.readUInt32BE(60) + 1, 60);
    writeFileSync(db, bytes);
    expect(inspect()).toMatchObject([{ state: "unknown", name: undefined }]);
  });

  it("does not judge one that somebody is writing", async () => {
    const { inspect, append, directory, log } = await kept();
    await append(5);
    const store = openReadModel({ directory, kind: "sqlite" });
    const collection = openCollection(tallies, { log: openEventLog(log), store });
    await collection.catchUp();
    expect(inspect()).toMatchObject([{ state: "in-use" }]);
    await collection.close();
    expect(inspect()).toMatchObject([{ state: "fits", position: { seq: 204 } }]);
  });
});
