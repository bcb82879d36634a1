import { openEventLog, type EventLog } from "@agentlog/event-log";
import { expect, it } from "vitest";
import { createLyingLock } from "../simulated/lying-lock.js";
import { createSimulatedDisk, type SimulatedDisk } from "../simulated/simulated-disk.js";
import { type SimFile } from "../simulated/simulated-files.js";
import { LOG } from "./model-world.js";

const event = (id: string, bytes: number) => ({ id, type: "t", data: { x: "x".repeat(bytes) } });

const cold = (disk: SimulatedDisk): EventLog =>
  openEventLog(LOG, { disk: disk.process().disk, lock: createLyingLock().lock });

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
    expect(cold(torn).appendSync(event("next", 10)).seq).toBe(kept.length);
    const { events, damage } = await cold(torn).readAll();
    expect(events.map(({ id }) => id)).toEqual([...kept, "next"]);
    expect(damage.filter(({ kind }) => kind !== "torn")).toEqual([]);
  }
});
