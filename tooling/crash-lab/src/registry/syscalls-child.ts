import fs from "node:fs";
import path from "node:path";
import { openStore } from "@agentlog/durable-fs";
import { openRegistry, type SessionRegistry } from "@agentlog/session-registry";
import { type NativeSessionId } from "@agentlog/types";
import { openAcknowledgements } from "../common/acknowledgements.js";
import { endInTime, refusalOf } from "../common/refusal.js";
import { acknowledgementsOf, startedMark, storeOf } from "../common/victim.js";
import { AGENT, timeOf } from "./storm-orders.js";

/** The victim of the registry: reports two native sessions, names one, and reports more until the disk is full. */
const [, , way, folder = ""] = process.argv;
const acknowledge = openAcknowledgements(path.join(acknowledgementsOf(folder), String(process.pid)));
const pad = "x".repeat(3_000);
let made = 0;

const rootOf = (folder: string): string => path.join(folder, "root");

async function see(registry: SessionRegistry, native: string): Promise<readonly string[]> {
  const at = timeOf(process.pid, made++);
  const [seen] = await registry.seen([{ agent: AGENT, native: native as NativeSessionId, at }], () => ({ pad }));
  return [JSON.stringify(["operation", at]), JSON.stringify(["bound", native, seen?.session])];
}

async function work(registry: SessionRegistry, note: (told: readonly string[]) => void): Promise<void> {
  note(await see(registry, "first"));
  note(await see(registry, "second"));
  const at = timeOf(process.pid, made++);
  const { session } = await registry.lookup(JSON.parse((await see(registry, "first"))[1] ?? "[]")[2] as string);
  await registry.setAlias(session, `alias-${process.pid}`, { at });
  note([JSON.stringify(["operation", at])]);
}

const note = (told: readonly string[]): void => told.forEach((id) => acknowledge({ id, seq: 0 }));

endInTime();

if (way === "victim") {
  const warm = openRegistry(openStore(path.join(folder, "warm")));
  await work(warm, () => {});
  await warm.close();
  made = 0;
  fs.mkdirSync(startedMark(folder));
  await refusalOf(async () => {
    const registry = openRegistry(openStore(rootOf(storeOf(folder))), { durability: "disk" });
    await refusalOf(() => work(registry, note));
    await registry.close();
  });
} else {
  const started = performance.now();
  const registry = openRegistry(openStore(rootOf(storeOf(folder))));
  if (way === "next") {
    note(await see(registry, `next-${process.pid}`));
    console.log((performance.now() - started).toFixed(1));
  } else {
    let refusal: string | undefined;
    for (let n = 0; refusal === undefined; n++) {
      refusal = await refusalOf(async () => note(await see(registry, `fill-${n}`)));
    }
    console.log(refusal);
  }
  await registry.close();
}
