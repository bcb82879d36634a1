import path from "node:path";
import fs from "node:fs";
import { fileSnapshotStore } from "@agentlog/snapshot-store";
import { writeAtomically } from "../alternatives/write-file-atomic.js";
import { replaceByHand } from "../alternatives/replace-by-hand.js";
import { compare, type Samples } from "../compare.js";
import { type Bench, type Family, type Figure, type Results } from "../figure.js";
import { timed } from "../harness.js";
import { ratios, spreadOf } from "../spread.js";

const SAVE: Figure = {
  name: "snapshot-save",
  title: "save a document of 1 MB : write + fsync + rename + directory sync of the same bytes (time)",
  limit: 1.3,
  direction: "at-most",
  unit: "x",
};
const SAVE_WITH_JSON: Figure = {
  ...SAVE,
  name: "snapshot-save-json",
  title: "save a document of 1 MB : JSON.stringify + write + fsync + rename + directory sync (time)",
};
const LOAD: Figure = {
  name: "snapshot-load",
  title: "load a document of 1 MB : read + JSON.parse (time)",
  limit: 1.2,
  direction: "at-most",
  unit: "x",
};

const BYTES = 1_000_000;

interface Conversation {
  readonly agentId: string;
  readonly messages: readonly { readonly role: string; readonly text: string; readonly n: number }[];
}

function conversation(): Conversation {
  const text = "a message of ordinary length, as people and models write it to each other, a few hundred bytes of it. ";
  const message = (n: number) => ({ role: n % 2 === 0 ? "user" : "assistant", text: text.repeat(4), n });
  const each = JSON.stringify(message(0)).length + 4;
  return { agentId: "bench", messages: Array.from({ length: Math.floor(BYTES / each) }, (_, n) => message(n)) };
}

async function measure({ folder, interleave }: Bench): Promise<Results> {
  const at = (name: string): string => path.join(folder, name);
  const store = fileSnapshotStore<Conversation>({ directory: at("store") });
  const document = conversation();
  const text = JSON.stringify(document);
  const bytes = Buffer.from(text);
  const times = await interleave(
    {
      "write + fsync + rename + directory sync": () => timed(() => replaceByHand(at("by-hand"), bytes)),
      "the same with JSON.stringify": () =>
        timed(() => replaceByHand(at("json"), Buffer.from(JSON.stringify(document)))),
      "agentlog save": () => timed(() => store.save("k", document)),
      "write-file-atomic": () => timed(() => writeAtomically(at("atomic"), bytes)),
      "write-file-atomic with JSON.stringify": () =>
        timed(() => writeAtomically(at("atomic"), JSON.stringify(document))),
      "agentlog load": () => timed(() => store.load("k")),
      "read + JSON.parse": () => timed(() => JSON.parse(fs.readFileSync(at("json"), "utf8"))),
    },
    { rounds: 100, quick: 20, warmUp: 10 },
  );
  const stored = await store.load("k");
  if (JSON.stringify(stored?.document) !== text) throw new Error("the snapshot store has another document");
  if (fs.readFileSync(at("atomic"), "utf8") !== text) throw new Error("write-file-atomic wrote something else");
  const of = (name: keyof typeof times): Samples => ({ name, unit: "ms", values: times[name] });
  const byHand = of("write + fsync + rename + directory sync");
  const save = of("agentlog save");
  return {
    measured: [
      compare(SAVE, save, byHand),
      compare(SAVE_WITH_JSON, save, of("the same with JSON.stringify")),
      compare(LOAD, of("agentlog load"), of("read + JSON.parse")),
    ],
    alternatives: Object.entries(times).map(([name, values]) => ({
      group: "a document of 1 MB",
      name,
      unit: "ms",
      spread: spreadOf(values),
      ratio: spreadOf(ratios(values, byHand.values)).median,
    })),
  };
}

export const snapshot: Family = {
  name: "snapshot",
  nodes: "newest",
  figures: [SAVE, SAVE_WITH_JSON, LOAD],
  measure,
};
