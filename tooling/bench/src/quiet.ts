import os from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

/** Waits for others to be done; says whether they were. */
export interface QuietGate {
  wait(): Promise<boolean>;
  readonly waits: number;
  /** How often it went on although the machine was busy. */
  readonly gaveUp: number;
}

const QUIET_SHARE = 0.75;
/** Processor time is counted in hundredths of a second: less would be mostly rounding. */
const LOOK_MS = 60;

/**
 * Before each round: until three quarters of the machine are idle. Bounded, for one round and for all: on a machine that is
 * never quiet a run takes longer by `inAllMs`, no more, and says so.
 */
export function createQuietGate(atMostMs: number, inAllMs: number): QuietGate {
  let left = inAllMs;
  const gate = { waits: 0, gaveUp: 0, wait };
  async function wait(): Promise<boolean> {
    gate.waits++;
    const started = performance.now();
    for (;;) {
      const before = processorTimes();
      await sleep(LOOK_MS);
      const after = processorTimes();
      if (after.idle - before.idle >= QUIET_SHARE * (after.all - before.all)) return true;
      const spent = performance.now() - started;
      if (spent >= Math.min(atMostMs, left)) {
        left = Math.max(0, left - spent);
        gate.gaveUp++;
        return false;
      }
    }
  }
  return gate;
}

function processorTimes(): { readonly idle: number; readonly all: number } {
  let [idle, all] = [0, 0];
  for (const { times } of os.cpus()) {
    idle += times.idle;
    all += times.idle + times.user + times.nice + times.sys + times.irq;
  }
  return { idle, all };
}
