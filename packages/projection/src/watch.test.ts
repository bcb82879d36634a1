import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEventLog, type NewLogEvent } from "@agentlog/event-log";
import { afterEach, beforeEach, expect, it } from "vitest";
import { tallies, type Tally } from "./fixtures/tallies.js";
import { memoryStore, openCollection, type Collection, type WatchOptions } from "./index.js";

let dir: string;
let path: string;
let stop: AbortController;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  path = join(dir, "events.jsonl");
  stop = new AbortController();
});
afterEach(() => {
  stop.abort();
  rmSync(dir, { recursive: true, force: true });
});

const added = (): NewLogEvent => ({ type: "tally.added", data: { name: "a" } });
const sleep = async (ms: number): Promise<void> => await new Promise((resolve) => setTimeout(resolve, ms));
const until = async (check: () => boolean): Promise<void> => {
  for (const end = performance.now() + 10_000; !check() && performance.now() < end;) await sleep(5);
};

function start(collection: Collection<Tally>, options: WatchOptions = {}): { seqs: number[]; done: Promise<void> } {
  const seqs: number[] = [];
  const run = async (): Promise<void> => {
    for await (const position of collection.watch({ debounceMs: 5, pollMs: 20, signal: stop.signal, ...options })) {
      seqs.push(position?.seq ?? -1);
    }
  };
  return { seqs, done: run() };
}

it("tells of changes after they were folded, and ends at its signal", async () => {
  const log = openEventLog(path);
  await log.append(added());
  const collection = openCollection(tallies, { log, store: memoryStore() });
  const { seqs, done } = start(collection);
  await until(() => collection.position?.seq === 0);
  await log.append(added());
  await until(() => seqs.includes(1));
  expect((await collection.get("a"))?.count).toBe(2);
  await openEventLog(path).appendMany([added(), added()]);
  await until(() => seqs.includes(3));
  stop.abort();
  await done;
  expect(seqs).toEqual([1, 3]);
});

it("tells of many changes at once", async () => {
  const log = openEventLog(path);
  const collection = openCollection(tallies, { log, store: memoryStore() });
  const { seqs } = start(collection, { debounceMs: 60 });
  await sleep(30);
  for (let n = 0; n < 30; n++) await log.append(added());
  await until(() => seqs.includes(29));
  expect(seqs.length).toBeLessThan(15);
});

it("waits for a log, and a folder, that are not there yet", async () => {
  path = join(dir, "later", "events.jsonl");
  const collection = openCollection(tallies, { log: openEventLog(path), store: memoryStore() });
  const { seqs } = start(collection);
  await sleep(30);
  mkdirSync(join(dir, "later"), { mode: 0o700 });
  await openEventLog(path).append(added());
  await until(() => seqs.includes(0));
  expect(seqs).toEqual([0]);
});

it("goes on when the file is replaced", async () => {
  const log = openEventLog(path);
  await log.appendMany([added(), added(), added()]);
  const collection = openCollection(tallies, { log, store: memoryStore() });
  const { seqs } = start(collection);
  await until(() => collection.position?.seq === 2);
  const other = join(dir, "other.jsonl");
  await openEventLog(other).append(added());
  renameSync(other, path);
  await until(() => seqs.includes(0));
  await openEventLog(path).append(added());
  await until(() => seqs.includes(1));
  expect((await collection.get("a"))?.count).toBe(2);
});

it("ends when the collection is closed, and at once when its signal came before", async () => {
  const collection = openCollection(tallies, { log: openEventLog(path), store: memoryStore() });
  const { done } = start(collection, { signal: undefined });
  await sleep(20);
  await collection.close();
  await done;
  stop.abort();
  await start(openCollection(tallies, { log: openEventLog(path), store: memoryStore() })).done;
});
