import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Disk } from "@agentlog/durable-fs";
import { countingDisk, everyFault, everyKill, type Fault, faultyDisk } from "@agentlog/durable-fs/testing";
import { openEventLog, type NewLogEvent } from "@agentlog/event-log";
import { afterEach, beforeEach, expect, it } from "vitest";
import { expectAgreement } from "../fixtures/agreement.js";
import { tallies } from "../fixtures/tallies.js";
import { fileStore, openCollection, type Problem } from "../index.js";

let dir: string;
let path: string;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  path = join(dir, "events.jsonl");
  await append(20);
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const append = async (count: number): Promise<void> => {
  const events = Array.from({ length: count }, (_, n): NewLogEvent => {
    return { type: "tally.added", data: { name: `k${n % 7}`, n, note: `page ${n}` } };
  });
  await openEventLog(path).appendMany(events);
};

/** Folds what is new, and writes it in a new segment that is merged with the one there. */
async function use(place: string, disk?: Disk): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  const store = fileStore({ path: join(dir, place), flushEvents: 1, disk });
  const collection = openCollection(tallies, {
    log: openEventLog(path),
    store,
    onProblem: (one) => problems.push(one),
  });
  try {
    await collection.catchUp();
  } finally {
    await collection.close();
  }
  return problems;
}

async function faults(list: (disk: ReturnType<typeof countingDisk>) => readonly Fault[]): Promise<readonly Fault[]> {
  const disk = countingDisk();
  await use("counted");
  await use("counted", disk);
  const first = countingDisk();
  await use("counted-first", first);
  return [...list(first), ...list(disk)];
}

it("[PR-1] [H-50] killed at any call, the next process has all of it", async () => {
  let n = 0;
  for (const fault of await faults(everyKill)) {
    const place = `kill-${n++}`;
    if (n % 2 === 0) await use(place);
    await use(place, faultyDisk([fault])).catch(() => {});
    const store = fileStore({ path: join(dir, place), flushEvents: 1 });
    const collection = openCollection(tallies, { log: openEventLog(path), store });
    await expectAgreement(collection, path);
    await collection.close();
    rmSync(join(dir, place), { recursive: true, force: true });
  }
  expect(n).toBeGreaterThan(60);
});

it("[PR-1] [H-68] whatever call fails, the answer is right or an error, and nothing that was kept is lost", async () => {
  let failed = 0;
  for (const fault of await faults((disk) => everyFault(disk, ["EIO", "ENOSPC"]))) {
    const place = `fault-${failed++}`;
    const store = fileStore({ path: join(dir, place), flushEvents: 1, disk: faultyDisk([fault]) });
    const collection = openCollection(tallies, { log: openEventLog(path), store });
    const isCaughtUp = await collection.catchUp().then(
      () => true,
      () => false,
    );
    if (isCaughtUp)
      await expectAgreement(collection, path).catch((error: unknown) =>
        expect(error).toMatchObject({ code: "IO_ERROR" }),
      );
    await collection.close().catch(() => {});
    const next = openCollection(tallies, { log: openEventLog(path), store: fileStore({ path: join(dir, place) }) });
    await expectAgreement(next, path);
    await next.close();
    rmSync(join(dir, place), { recursive: true, force: true });
  }
  expect(readdirSync(dir).filter((name) => name.includes("set-aside"))).toEqual([]);
});

it("[PR-2] [H-66] a disk that takes nothing is reported, and the answers are right", async () => {
  const disk = faultyDisk([{ method: "writeSync", errno: "ENOSPC" }]);
  const problems = await use("full", disk);
  expect(new Set(problems.map(({ kind }) => kind))).toEqual(new Set(["not-written"]));
});
