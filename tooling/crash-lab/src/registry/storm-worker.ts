import fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openStore } from "@agentlog/durable-fs";
import { openAcknowledgements } from "../common/acknowledgements.js";
import { createRandom } from "../common/random.js";
import { createStopper, sayReady, stoppingDisk } from "../common/stopping.js";
import { seeNaively } from "./naive-registry.js";
import { openLabRegistry } from "./open.js";
import { createOperations, type Told } from "./operations.js";
import { SHARED, timeOf, type WorkerOrders } from "./storm-orders.js";

const orders = JSON.parse(process.argv[2] ?? "{}") as WorkerOrders;
const { root, way } = orders;
const random = createRandom(orders.seed);
const acknowledge = openAcknowledgements(orders.acknowledgements);
let made = 0;
const nextTime = (): string => timeOf(Number(orders.name.slice(1)), made++);
const told: Told = {
  operation: (time) => acknowledge({ id: JSON.stringify(["operation", time]), seq: 0 }),
  bound: (native, session) => acknowledge({ id: JSON.stringify(["bound", native, session]), seq: 0 }),
};

if (way === "naive") {
  fs.mkdirSync(root, { recursive: true });
  const perhapsStop = createStopper(random, orders.selfStops);
  sayReady();
  for (;;) {
    const native = random.pick(SHARED)!;
    const time = nextTime();
    told.bound(native, seeNaively(root, native, time, perhapsStop));
    told.operation(time);
    await sleep(0);
  }
} else {
  const disk = stoppingDisk(random, orders.selfStops);
  const { layout } = openStore(root);
  const open = (): ReturnType<typeof openLabRegistry> => openLabRegistry(layout, { kind: way, disk });
  let registry = open();
  const operate = createOperations(() => registry, random, told, nextTime);
  sayReady();
  for (;;) {
    await operate();
    if (random.chance(0.05)) {
      await registry.close();
      registry = open();
    }
    await sleep(0);
  }
}
