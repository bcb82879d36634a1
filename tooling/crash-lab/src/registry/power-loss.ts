import { join } from "node:path";
import { storeLayout } from "@agentlog/durable-fs";
import { openEventLog } from "@agentlog/event-log";
import { isAgentlogError } from "@agentlog/types";
import { type Acknowledgement } from "../common/acknowledgements.js";
import { createRandom } from "../common/random.js";
import { inRounds } from "../lab/rounds.js";
import { type Run, wrongsOf } from "../lab/run.js";
import { explorePowerLoss, READS, type Recorded } from "../simulated/explore-power-loss.js";
import { forgetLocks } from "../simulated/forget-locks.js";
import { createLyingLock } from "../simulated/lying-lock.js";
import { createSimulatedDisk, type Mutation, type SimulatedDisk } from "../simulated/simulated-disk.js";
import { judgeRegistry } from "./judge.js";
import { openLabRegistry } from "./open.js";
import { createOperations } from "./operations.js";
import { timeOf } from "./storm-orders.js";

const LAYOUT = storeLayout("/store");
const OPERATIONS = 30;
/** How often the registry is closed meanwhile, which writes the rest of its read model. */
const OPERATIONS_PER_OPENING = 8;

type Promised = readonly Acknowledgement[];

/** Changes a registry at random, each change synced; keeps the disk as it was before each change of it. */
async function record(seed: number, mutation: Mutation): Promise<readonly Recorded<Promised>[]> {
  const disk = createSimulatedDisk();
  const recorded: Recorded<Promised>[] = [];
  const told: Acknowledgement[] = [];
  const keep = (at: string): void => void recorded.push({ at, disk: disk.clone(), promised: [...told] });
  const process = disk.process(mutation);
  process.hook = ({ method, index }) => {
    if (!READS.includes(method)) keep(`${method} ${index}`);
    return undefined;
  };
  const open = (): ReturnType<typeof openLabRegistry> =>
    openLabRegistry(LAYOUT, {
      kind: "file",
      disk: process.disk,
      lock: createLyingLock().lock,
      durability: "disk",
    });
  let registry = open();
  let made = 0;
  const operate = createOperations(
    () => registry,
    createRandom(seed),
    {
      operation: (time) => told.push({ id: JSON.stringify(["operation", time]), seq: 0 }),
      bound: (native, session) => told.push({ id: JSON.stringify(["bound", native, session]), seq: 0 }),
    },
    () => timeOf(1, made++),
  );
  for (let n = 1; n <= OPERATIONS; n++) {
    await operate();
    if (n % OPERATIONS_PER_OPENING > 0) continue;
    await registry.close();
    registry = open();
  }
  await registry.close();
  keep("the end");
  return recorded;
}

async function problemOf(disk: SimulatedDisk, promised: Promised): Promise<string | undefined> {
  forgetLocks(disk);
  const { disk: own } = disk.process();
  const lock = createLyingLock().lock;
  const judge = async (): Promise<string | undefined> =>
    wrongsOf(await judgeRegistry(LAYOUT, promised, { kind: "file", disk: own, lock }))[0];
  try {
    return await judge();
  } catch (error) {
    // Nothing was ever synced and the beginning is destroyed: that waits for a repair, and nothing is lost by it.
    if (promised.length > 0 || !isAgentlogError(error, "NOT_A_LOG")) throw error;
    await openEventLog(join(LAYOUT.registryDir, "events.jsonl"), { disk: own, lock }).repair();
    return await judge();
  }
}

/** Whatever a power loss leaves, of the log or of a read model before or behind it: reopened it is what the log makes. */
export const powerLossRun: Run = {
  subject: "session-registry",
  name: "power-loss",
  weight: 3,
  leastSeconds: 1,
  run: (settings) =>
    inRounds(
      settings,
      async (round) => explorePowerLoss(await record(round.seed, {}), problemOf, round),
      Number.POSITIVE_INFINITY,
    ),
};

/** The same on a disk that does not sync. */
export const powerLossControl: Run = {
  subject: "session-registry",
  name: "power-loss-without-sync",
  weight: 0,
  leastSeconds: 1,
  isControl: true,
  run: async (settings) => explorePowerLoss(await record(settings.seed, { deafSync: true }), problemOf, settings),
};
