import fs from "node:fs";
import path from "node:path";
import { fileSnapshotStore, openBindings } from "@agentlog/snapshot-store";
import { openAcknowledgements } from "../common/acknowledgements.js";
import { endInTime, refusalOf } from "../common/refusal.js";
import { acknowledgementsOf, startedMark, storeOf } from "../common/victim.js";
import { type Tally } from "./storm-orders.js";

/** The victim of the snapshot store: saves a document twice, the second time over the first, and binds a room. */
const [, , way, folder = ""] = process.argv;
const directory = path.join(storeOf(folder), "documents");
const acknowledge = openAcknowledgements(path.join(acknowledgementsOf(folder), String(process.pid)));
const name = `${way}-${process.pid}`;

async function saveIn(place: string, key: string, pad = ""): Promise<number> {
  const store = fileSnapshotStore<Tally>({ directory: place, keep: 2 });
  const { version } = await store.update(key, (document) => ({
    counts: { ...document?.counts, [name]: (document?.counts[name] ?? 0) + 1 },
    pad: (document?.pad ?? "") + pad,
  }));
  return version;
}

async function bindIn(place: string): Promise<string> {
  const file = path.join(place, "..", "bindings.json");
  const bindings = openBindings({ file, quarantineDirectory: path.join(place, "..", "quarantine") });
  return (await bindings.bind("room-0", "claude", name)).session;
}

let count = 0;
async function save(pad?: string): Promise<void> {
  const version = await saveIn(directory, "alpha", pad);
  acknowledge({ id: JSON.stringify(["alpha", name, ++count]), seq: version });
}

async function bind(): Promise<void> {
  acknowledge({ id: JSON.stringify(["bound", "room-0", await bindIn(directory)]), seq: 0 });
}

endInTime();

if (way === "victim") {
  const warm = path.join(folder, "warm", "documents");
  await saveIn(warm, "alpha");
  await saveIn(warm, "alpha");
  await bindIn(warm);
  fs.mkdirSync(startedMark(folder));
  await refusalOf(() => save());
  // Refused without an answer it may be there all the same: its count goes on from what is there.
  await refusalOf(() => save());
  await refusalOf(bind);
} else if (way === "next") {
  const started = performance.now();
  await save();
  await bind();
  console.log((performance.now() - started).toFixed(1));
} else {
  let refusal: string | undefined;
  while (refusal === undefined) refusal = await refusalOf(() => save("x".repeat(3_000)));
  console.log(refusal);
}
