import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { countingDisk } from "@agentlog/durable-fs/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fileSnapshotStore } from "../index.js";
import { encode } from "./format.js";

interface Doc {
  readonly agentId: string;
  readonly n: number;
}

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("a folder of 10,000 documents of which 10 are one owner's", () => {
  it("is listed by owner without opening the other 9,990 a second time", { timeout: 120_000 }, async () => {
    const directory = join(dir, "many");
    // Written by hand: ten thousand locks would only take longer.
    for (let n = 0; n < 10_000; n++) {
      const [key, owner] = [`doc-${n}`, n % 1_000 === 0 ? "mine" : "theirs"];
      const entry = { key, version: 1, time: new Date(n).toISOString(), owner };
      mkdirSync(join(directory, key), { recursive: true });
      const { file } = encode(entry, JSON.stringify({ agentId: owner, n } satisfies Doc));
      writeFileSync(join(directory, key, "document.json"), file, { mode: 0o600 });
    }
    await sleep(200);
    const disk = countingDisk();
    const store = fileSnapshotStore<Doc>({ directory, disk });
    const opened = (): number => disk.calls.get("openSync") ?? 0;
    const first = await store.listBy("mine");
    expect(first.snapshots.map(({ document }) => document.n).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 10 }, (_, n) => n * 1_000),
    );
    const cold = opened();
    expect(cold).toBe(10_000 + 10);
    expect(await store.listBy("mine")).toEqual(first);
    expect(opened() - cold).toBe(10);
    await store.save("doc-1", { agentId: "mine", n: 1 });
    const beforeThird = opened();
    expect((await store.listBy("mine")).snapshots).toHaveLength(11);
    expect(opened() - beforeThird).toBe(12);
  });
});

describe("a list", () => {
  it("is ordered by the recorded time, whatever the files' own times are", async () => {
    const directory = join(dir, "times");
    let now = Date.UTC(2026, 0, 1);
    const store = fileSnapshotStore<Doc>({ directory, now: () => (now += 1_000) });
    for (const [n, key] of ["first", "second", "third"].entries()) await store.save(key, { agentId: "a", n });
    utimesSync(join(directory, "first", "document.json"), new Date(), new Date(Date.now() + 60_000));
    utimesSync(join(directory, "third", "document.json"), new Date(0), new Date(0));
    expect((await store.list()).entries.map(({ key }) => key)).toEqual(["third", "second", "first"]);
  });

  it("never shows an older version than was saved, however fast saves follow each other", async () => {
    const store = fileSnapshotStore<Doc>({ directory: join(dir, "fast"), durable: false });
    for (let n = 1; n <= 500; n++) {
      await store.save("k", { agentId: "a", n: n % 10 });
      expect((await store.list()).entries[0]?.version).toBe(n);
    }
  });
});
