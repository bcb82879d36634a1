import { setTimeout as sleep } from "node:timers/promises";
import { createDirectoryLock, type Lock } from "@agentlog/durable-fs";
import { openEventLog } from "@agentlog/event-log";
import { isAgentlogError } from "@agentlog/types";
import { openAcknowledgements } from "../common/acknowledgements.js";
import { createNaiveAppender } from "./naive-appender.js";
import { createRandom } from "../common/random.js";
import { createStopper, sayReady, stoppingDisk } from "../common/stopping.js";
import { type WorkerOrders } from "./storm-orders.js";

const BIG_SHARE = 0.3;
const SMALLEST_BIG = 200_000;
const LARGEST_BIG = 2_000_000;
/** An intruder waits this long for the lock. */
const PATIENCE_MS = 100;

const orders = JSON.parse(process.argv[2] ?? "{}") as WorkerOrders;
const random = createRandom(orders.seed);
const acknowledge = openAcknowledgements(orders.acknowledgements);
const disk = stoppingDisk(random, orders.selfStops);

/** A lock that nobody can rely on: what is written without it must be found out by looking. */
function impatient(lock: Lock): Lock {
  return {
    ...lock,
    run: async (critical, wait) => {
      try {
        return await lock.run(critical, { ...wait, timeoutMs: PATIENCE_MS });
      } catch (error) {
        if (!isAgentlogError(error, "LOCK_TIMEOUT")) throw error;
        return critical({ stillHeld: () => true });
      }
    },
  };
}

let made = 0;
function makeEvent(): { readonly id: string; readonly type: string; readonly data: object } {
  const size =
    orders.appender !== "naive" && random.chance(BIG_SHARE)
      ? SMALLEST_BIG + random.below(LARGEST_BIG - SMALLEST_BIG)
      : random.below(400);
  return { id: `${orders.name}-${made++}`, type: "storm", data: { pad: "x".repeat(size) } };
}

sayReady();
if (orders.appender === "naive") {
  const append = createNaiveAppender(orders.file, createStopper(random, orders.selfStops));
  for (;;) acknowledge(await append(makeEvent()));
} else {
  const lock = createDirectoryLock(`${orders.file}.lock`, { staleMs: 2_000 });
  const log = openEventLog(orders.file, {
    disk,
    lock: orders.appender === "intruder" ? impatient(lock) : lock,
    maxEventBytes: 3 * 1024 * 1024,
    lockTimeoutMs: 60_000,
  });
  for (;;) {
    if (random.chance(0.1)) (await log.appendMany([makeEvent(), makeEvent(), makeEvent()])).forEach(acknowledge);
    else acknowledge(await log.append(makeEvent()));
    // Lets signals and the end of the parent be noticed; takes no time.
    await sleep(0);
  }
}
