import { fileSnapshotStore, openBindings } from "@agentlog/snapshot-store";
import { type Run } from "../lab/run.js";
import { explorePowerLoss, READS, type Recorded } from "../simulated/explore-power-loss.js";
import { createSimulatedDisk, type Mutation, type SimulatedDisk } from "../simulated/simulated-disk.js";
import { forgetLocks } from "../simulated/forget-locks.js";

const DIRECTORY = "/store/documents";
const KEYS = ["alpha", "beta"];
const SAVES = 4;

/** The version that a save or a bind returned, by key. */
interface Promised {
  readonly versions: ReadonlyMap<string, number>;
  readonly bound: string | undefined;
}

interface Document {
  readonly number: number;
  readonly pad: string;
}

const storeOn = (disk: SimulatedDisk, mutation?: Mutation) => {
  const process = disk.process(mutation);
  return {
    process,
    store: fileSnapshotStore<Document>({ directory: DIRECTORY, keep: 2, disk: process.disk }),
    bindings: openBindings({
      file: "/store/bindings.json",
      quarantineDirectory: "/store/quarantine",
      disk: process.disk,
    }),
  };
};

/** Saves two documents in turn and binds a room; keeps the disk as it was before each change of it. */
async function record(mutation: Mutation): Promise<readonly Recorded<Promised>[]> {
  const disk = createSimulatedDisk();
  const recorded: Recorded<Promised>[] = [];
  const versions = new Map<string, number>();
  let bound: string | undefined;
  const keep = (at: string): void => {
    recorded.push({ at, disk: disk.clone(), promised: { versions: new Map(versions), bound } });
  };
  const { process, store, bindings } = storeOn(disk, mutation);
  process.hook = ({ method, index }) => {
    if (!READS.includes(method)) keep(`${method} ${index}`);
    return undefined;
  };
  for (let number = 1; number <= SAVES; number++) {
    for (const key of KEYS) {
      const { version } = await store.save(key, { number, pad: "x".repeat(300 * number) });
      versions.set(key, version);
    }
    if (number === 1) ({ session: bound } = await bindings.bind("room", "claude", "native"));
  }
  keep("the end");
  return recorded;
}

/** What is loaded is whole, and no older than what a save returned; the next save goes on from it. */
async function problemOf(disk: SimulatedDisk, { versions, bound }: Promised): Promise<string | undefined> {
  forgetLocks(disk);
  const { store, bindings } = storeOn(disk);
  for (const key of KEYS) {
    const found = await store.load(key);
    const least = versions.get(key) ?? 0;
    if ((found?.version ?? 0) < least) return `a save returned version ${least} of ${key}, loaded is ${found?.version}`;
    if (found !== undefined && found.document.number !== found.version) return `version ${found.version} is another's`;
    const { unreadable } = await store.list();
    if (unreadable.length > 0) return `a list cannot read ${unreadable[0]?.path}: ${String(unreadable[0]?.error)}`;
    const next = await store.save(key, { number: 0, pad: "" }, { ifVersion: found?.version ?? 0 });
    if (next.version !== (found?.version ?? 0) + 1) return `the next save of ${key} got version ${next.version}`;
  }
  const binding = await bindings.get("room", "claude");
  if (bound !== undefined && binding?.session !== bound) return "a binding that was acknowledged is not there";
  return (await bindings.bind("other", "claude")).created ? undefined : "the next binding was not made";
}

/** Whatever a power loss leaves of a save: the old document or the new one, never half of one. */
export const powerLossRun: Run = {
  subject: "snapshot-store",
  name: "power-loss",
  weight: 2,
  leastSeconds: 1,
  run: async (settings) => explorePowerLoss(await record({}), problemOf, settings),
};

/** The same on a disk that does not sync. */
export const powerLossControl: Run = {
  subject: "snapshot-store",
  name: "power-loss-without-sync",
  weight: 0,
  leastSeconds: 0.5,
  isControl: true,
  run: async (settings) => explorePowerLoss(await record({ deafSync: true }), problemOf, settings),
};
