import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEventLog } from "@agentlog/event-log";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectAgreement } from "./fixtures/agreement.js";
import { tallies, type Tally } from "./fixtures/tallies.js";
import { fileStore, memoryStore, openCollection, type Collection, type OpenReadModelStore } from "./index.js";

const MIB = 1024 * 1024;

let dir: string;
let path: string;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  path = join(dir, "events.jsonl");
  const log = openEventLog(path);
  const pad = "x".repeat(0.9 * MIB);
  for (let part = 0; part < 5; part++) {
    const moved = { type: "tally.moved", data: { name: `k${part}`, to: `k${part + 3}` } };
    const removed = { type: "tally.removed", data: { name: `k${part + 1}` } };
    const added = Array.from({ length: 8 }, (_, n) => ({
      type: "tally.added",
      data: { name: `k${(part * 5 + n) % 13}`, n, note: `page ${n}`, pad },
    }));
    await log.appendMany([...added, moved, removed]);
  }
  await log.close();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const start = (store: OpenReadModelStore): Collection<Tally> =>
  openCollection(tallies, { log: openEventLog(path), store });

/** Counts commits, and fails from one on: what was written before is all that a process that dies there leaves. */
function endingAt(open: OpenReadModelStore, last: number): { readonly store: OpenReadModelStore; commits(): number } {
  let commits = 0;
  const store: OpenReadModelStore = (spec) => {
    const kept = open(spec);
    return {
      ...kept,
      commit: (...args) => {
        if (++commits > last) throw new Error("ended");
        return kept.commit(...args);
      },
    };
  };
  return { store, commits: () => commits };
}

describe("[PR-3] a log that is folded in several parts", () => {
  it.each<[string, () => OpenReadModelStore]>([
    ["in memory", memoryStore],
    ["in files", () => fileStore({ path: join(dir, "checkpoints"), flushEvents: 1 })],
  ])("[PR-3] is folded as a whole, and goes on from the part at which another process ended: %s", async (_, make) => {
    expect(statSync(path).size).toBeGreaterThan(16 * MIB);
    const open = make();
    const whole = endingAt(open, Number.POSITIVE_INFINITY);
    const collection = start(whole.store);
    await collection.catchUp();
    await expectAgreement(collection, path);
    expect(whole.commits()).toBeGreaterThan(1);

    const broken = start(endingAt(open, 1).store);
    await expect(broken.rebuild()).rejects.toThrow("ended");
    // Whoever has had all of it does not take a part for it.
    await expectAgreement(collection, path);
    await collection.close();
    const next = start(open);
    await next.catchUp();
    await expectAgreement(next, path);
    await next.close();
  });
});
