import fs from "node:fs";
import { type Disk, nodeDisk } from "@agentlog/durable-fs";
import { type Random } from "./random.js";

const pause = new Int32Array(new SharedArrayBuffer(4));

/** Tells the storm that this process has loaded all it needs, and works from now on. */
export function sayReady(): void {
  fs.writeSync(1, "ready\n");
}

/** A function that now and then stops this process, and says so on stdout first: the storm lets it go on later. */
export function createStopper(random: Random, share: number): () => void {
  return () => {
    if (!random.chance(share)) return;
    fs.writeSync(1, "stopping\n");
    process.kill(process.pid, "SIGSTOP");
    // The signal may reach another thread first: by the end of this one the whole process has stopped.
    Atomics.wait(pause, 0, 0, 5);
  };
}

/** A disk on which this process is stopped right before some of its writes: between its look at the lock and the deed. */
export function stoppingDisk(random: Random, share: number): Disk {
  const perhapsStop = createStopper(random, share);
  return {
    ...nodeDisk,
    renameSync: (from, to) => {
      perhapsStop();
      fs.renameSync(from, to);
    },
    writeSync: ((...args: Parameters<typeof fs.writeSync>) => {
      perhapsStop();
      return fs.writeSync(...args);
    }) as Disk["writeSync"],
  };
}
