import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileSnapshotStore, openBindings, type SnapshotStore } from "@agentlog/snapshot-store";
import { isAgentlogError } from "@agentlog/types";
import { openAcknowledgements } from "../common/acknowledgements.js";
import { createRandom } from "../common/random.js";
import { createStopper, sayReady, stoppingDisk } from "../common/stopping.js";
import { updateNaively } from "./naive-store.js";
import { KEYS, type Tally, type WorkerOrders } from "./storm-orders.js";

const BINDINGS = 12;
const LARGEST_PAD = 200_000;

const orders = JSON.parse(process.argv[2] ?? "{}") as WorkerOrders;
const { directory, name } = orders;
const random = createRandom(orders.seed);
const acknowledge = openAcknowledgements(orders.acknowledgements);
const disk = stoppingDisk(random, orders.selfStops);
const counted = new Map<string, number>();

/** One more of this worker's saves. */
function increment(key: string, document: Tally | undefined): Tally {
  const count = (counted.get(key) ?? 0) + 1;
  const pad = "x".repeat(random.chance(0.1) ? random.below(LARGEST_PAD) : 10);
  return { counts: { ...document?.counts, [name]: count }, pad };
}

function saved(key: string, version: number): void {
  counted.set(key, (counted.get(key) ?? 0) + 1);
  acknowledge({ id: JSON.stringify([key, name, counted.get(key)]), seq: version });
}

/** Optimistically, as a program does that has the document already: somebody else's save makes it look again. */
async function saveOver(store: SnapshotStore<Tally>, key: string): Promise<void> {
  for (;;) {
    const current = await store.load(key);
    try {
      const next = increment(key, current?.document);
      const { version } = await store.save(key, next, { ifVersion: current?.version ?? 0 });
      saved(key, version);
      return;
    } catch (error) {
      if (!isAgentlogError(error, "VERSION_CONFLICT")) throw error;
    }
  }
}

const latest = new Map<string, number>();

/** A reader never meets half a document, nor an older one than before. */
async function look(store: SnapshotStore<Tally>, key: string): Promise<void> {
  const { version = 0, document } = (await store.load(key)) ?? {};
  if (version < (latest.get(key) ?? 0)) throw new Error(`${key} went from ${latest.get(key)} back to ${version}`);
  latest.set(key, version);
  const sum = Object.values(document?.counts ?? {}).reduce((total, count) => total + count, 0);
  if (sum !== version) throw new Error(`version ${version} of ${key} has ${sum} saves`);
  const { unreadable } = await store.list();
  if (unreadable.length > 0) throw new Error(`a list met ${unreadable[0]?.path}: ${String(unreadable[0]?.error)}`);
}

sayReady();
if (orders.way === "naive") {
  const perhapsStop = createStopper(random, orders.selfStops);
  for (;;) {
    const key = random.pick(KEYS)!;
    saved(
      key,
      updateNaively(directory, key, (document) => increment(key, document), perhapsStop),
    );
    await sleep(0);
  }
} else {
  const store = fileSnapshotStore<Tally>({ directory, keep: 3, lockTimeoutMs: 60_000, disk });
  const bindings = openBindings({
    file: path.join(directory, "..", "bindings.json"),
    quarantineDirectory: path.join(directory, "..", "quarantine"),
    lockTimeoutMs: 60_000,
    disk,
  });
  for (let n = 0; ; n++) {
    const key = random.pick(KEYS)!;
    if (random.chance(0.4)) await saveOver(store, key);
    else if (random.chance(0.6)) {
      const { version } = await store.update(key, (document) => increment(key, document));
      saved(key, version);
    } else if (random.chance(0.5)) await look(store, key);
    else {
      const room = `room-${random.below(BINDINGS)}`;
      const { session } = await bindings.bind(room, "claude", `${name}-${n}`);
      acknowledge({ id: JSON.stringify(["bound", room, session]), seq: 0 });
    }
    await sleep(0);
  }
}
