import { openEventLog, type EventLog } from "@agentlog/event-log";
import { explorePowerLoss, READS, type Recorded } from "../simulated/explore-power-loss.js";
import { createLyingLock, type LyingLock } from "../simulated/lying-lock.js";
import {
  createSimulatedDisk,
  type Mutation,
  type SimProcess,
  type SimulatedDisk,
} from "../simulated/simulated-disk.js";
import { type Run } from "../lab/run.js";
import { LOG } from "./model-world.js";

const event = (id: string, bytes = 10): { id: string; type: string; time: string; data: object } => ({
  id,
  type: "t",
  time: "2026-01-01T00:00:00.000Z",
  data: { x: "x".repeat(bytes) },
});

type Durable = ReadonlyMap<string, number>;

interface Joined {
  readonly log: EventLog;
  readonly lock: LyingLock;
  readonly process: SimProcess;
  readonly append: (id: string, bytes?: number) => void;
}

/** Runs writers of several durabilities, spool and repair included, and keeps the disk as it was before each call. */
async function record(mutation: Mutation): Promise<Recorded<Durable>[]> {
  const disk = createSimulatedDisk();
  const durable = new Map<string, number>();
  const snapshots: Recorded<Durable>[] = [];
  const join = (durability: "os" | "disk"): Joined => {
    const process = disk.process(mutation);
    process.hook = ({ method, index }) => {
      if (!READS.includes(method))
        snapshots.push({ at: `${method} ${index}`, disk: disk.clone(), promised: new Map(durable) });
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
    return { log: log as unknown as EventLog, lock, append, process };
  };
  const os = join("os");
  const one = join("disk");
  const two = join("disk");
  one.append("a");
  os.append("b", 700);
  os.append("c");
  two.append("d", 1200);
  for (const { id, seq } of await two.log.appendMany([event("e"), event("f", 600), event("g")])) durable.set(id, seq);
  os.append("h");
  const dying = join("os");
  dying.process.hook = ({ bytes }) => (bytes === undefined ? undefined : { die: true, tear: 50 });
  try {
    dying.append("torn");
  } catch {
    // It died.
  }
  one.lock.busy = true;
  one.append("spooled", 300);
  one.lock.busy = false;
  two.append("i");
  await one.log.repair();
  os.append("j", 900);
  two.append("k");
  snapshots.push({ at: "the end", disk: disk.clone(), promised: new Map(durable) });
  return snapshots;
}

const cold = (disk: SimulatedDisk): EventLog =>
  openEventLog(LOG, { disk: disk.process().disk, lock: createLyingLock().lock });

async function problemOf(disk: SimulatedDisk, durable: Durable): Promise<string | undefined> {
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

/** Whatever a power loss leaves: what was acknowledged as durable is there once, in order, and the next appends go on. */
export const powerLossRun: Run = {
  subject: "event-log",
  name: "power-loss",
  weight: 2,
  leastSeconds: 1,
  run: async (settings) => explorePowerLoss(await record({}), problemOf, settings),
};

/** The same on a disk that does not sync. */
export const powerLossControl: Run = {
  subject: "event-log",
  name: "power-loss-without-sync",
  weight: 0,
  leastSeconds: 0.5,
  isControl: true,
  run: async (settings) => explorePowerLoss(await record({ deafSync: true }), problemOf, settings),
};
