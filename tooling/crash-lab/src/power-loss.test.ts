import { openEventLog, type EventLog } from "@agentlog/event-log";
import { describe, expect, it } from "vitest";
import { createLyingLock } from "./lying-lock.js";
import { LOG } from "./model-world.js";
import { powerLossStates } from "./power-loss.js";
import { createSimulatedDisk, type SimulatedDisk } from "./simulated-disk.js";
import { type SimFile } from "./simulated-files.js";

const event = (id: string, bytes = 10) => ({
  id,
  type: "t",
  time: "2026-01-01T00:00:00.000Z",
  data: { x: "x".repeat(bytes) },
});

interface Snapshot {
  readonly at: string;
  readonly disk: SimulatedDisk;
  readonly durable: ReadonlyMap<string, number>;
}

/** Runs writers of several durabilities, spool and repair included, and keeps the disk as it was before each call. */
async function record(): Promise<Snapshot[]> {
  const disk = createSimulatedDisk();
  const durable = new Map<string, number>();
  const snapshots: Snapshot[] = [];
  const join = (durability: "os" | "disk") => {
    const process = disk.process();
    process.hook = ({ method, index }) => {
      const reads = ["fstatSync", "lstatSync", "statSync", "readSync", "readdirSync", "openSync", "closeSync"];
      if (!reads.includes(method))
        snapshots.push({ at: `${method} ${index}`, disk: disk.clone(), durable: new Map(durable) });
      return undefined;
    };
    const lock = createLyingLock();
    const log = openEventLog(LOG, {
      disk: process.disk,
      lock: lock.lock,
      durability,
      onLockTimeout: "spool",
      lockTimeoutMs: 0,
    });
    const append = (id: string, bytes?: number): void => {
      const result = log.appendSync(event(id, bytes));
      if (durability === "disk" && result.status === "appended") durable.set(id, result.seq);
    };
    return { log, lock, append, process };
  };
  const os = join("os");
  const one = join("disk");
  const two = join("disk");
  one.append("a");
  os.append("b", 700);
  os.append("c");
  two.append("d", 1200);
  for (const { id, seq } of (await two.log.appendMany([event("e"), event("f", 600), event("g")])) as readonly {
    id: string;
    seq: number;
  }[]) {
    durable.set(id, seq);
  }
  os.append("h");
  const dying = join("os");
  dying.process.hook = ({ bytes }) => (bytes === undefined ? undefined : { die: true, tear: 50 });
  expect(() => dying.append("torn")).toThrow();
  one.lock.busy = true;
  one.append("spooled", 300);
  one.lock.busy = false;
  two.append("i");
  await one.log.repair();
  os.append("j", 900);
  two.append("k");
  snapshots.push({ at: "the end", disk: disk.clone(), durable: new Map(durable) });
  return snapshots;
}

const cold = (disk: SimulatedDisk): EventLog =>
  openEventLog(LOG, { disk: disk.process().disk, lock: createLyingLock().lock });

async function problemOf(disk: SimulatedDisk, durable: ReadonlyMap<string, number>): Promise<string | undefined> {
  const { events } = await cold(disk).readAll();
  const seqs = new Map(events.map(({ id, seq }) => [id, seq]));
  if (seqs.size !== events.length) return "an event twice";
  if (events.some(({ seq }, index) => index > 0 && seq <= events[index - 1]!.seq)) return "out of order";
  for (const [id, seq] of durable)
    if (seqs.get(id) !== seq) return `${id} was durable as ${seq} and is ${seqs.get(id)}`;
  try {
    cold(disk).head();
  } catch (error) {
    // Nothing was ever synced and the beginning is destroyed: that waits for a repair, and nothing is lost by it.
    if (events.length > 0 || (error as { code?: string }).code !== "NOT_A_LOG") throw error;
    await cold(disk).repair();
  }
  const { head } = await cold(disk).verify();
  const tail = cold(disk).head();
  if (tail.seq !== head.seq || tail.hash !== head.hash) return `the tail says ${tail.seq}, a full scan ${head.seq}`;
  const writer = cold(disk);
  writer.appendSync(event("next1"));
  writer.appendSync(event("next2"));
  const after = (await cold(disk).readAll()).events.map(({ id }) => id);
  for (const { id } of events)
    if (after.filter((other) => other === id).length !== 1) return `${id} changed by the next append`;
  return after.slice(-2).join() === "next1,next2" ? undefined : "the next appends are not the last events";
}

describe("after a power loss", () => {
  it("nothing acknowledged as durable is lost, doubled or out of order, in any state it may leave", async () => {
    const started = performance.now();
    const problems = new Map<string, string>();
    let states = 0;
    for (const { at, disk, durable } of await record()) {
      for (const state of powerLossStates(disk, 17)) {
        states++;
        const problem = await problemOf(state.disk, durable).catch((error: unknown) => String(error));
        if (problem !== undefined && !problems.has(problem)) problems.set(problem, `before ${at}: ${state.name}`);
      }
    }
    console.log(`${states} power-loss states in ${((performance.now() - started) / 1000).toFixed(1)} s`);
    expect([...problems]).toEqual([]);
  });

  it("a log cut at every byte of its last two lines takes the next append and loses nothing before the cut", async () => {
    const disk = createSimulatedDisk();
    const { log } = { log: cold(disk) };
    for (const id of ["a", "b", "c", "d"]) log.appendSync(event(id, 200));
    const { bytes, size } = disk.find(LOG) as SimFile;
    const ends: number[] = [];
    for (let at = bytes.indexOf("\n"); at !== -1 && at < size; at = bytes.indexOf("\n", at + 1)) ends.push(at + 1);
    for (let cut = ends[1]!; cut <= size; cut++) {
      const torn = disk.clone();
      (torn.find(LOG) as SimFile).size = cut;
      const kept = ["a", "b", "c", "d"].filter((_, index) => ends[index]! <= cut);
      expect(cold(torn).appendSync(event("next")).seq).toBe(kept.length);
      const { events, damage } = await cold(torn).readAll();
      expect(events.map(({ id }) => id)).toEqual([...kept, "next"]);
      expect(damage.filter(({ kind }) => kind !== "torn")).toEqual([]);
    }
  });
});
