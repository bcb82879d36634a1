import fs from "node:fs";
import path from "node:path";
import { openEventLog } from "@agentlog/event-log";
import { isAgentlogError } from "@agentlog/types";
import { openAcknowledgements } from "./acknowledgements.js";

/**
 * One process whose system calls are killed or failed, or that comes after such a one. Its way is argv[2]:
 *
 * - `victim`: appends to another log, so that all code is loaded; makes the folder `begun`, so that a trace shows where it
 *   matters; then appends one event alone and two as a batch, each synced
 * - `next`: appends one event and prints how many milliseconds that took, from before the log was opened
 * - `fill`: appends until the disk refuses, and prints the code of the refusal
 */
const [, , way, folder = ""] = process.argv;
const file = path.join(folder, "log", "events.jsonl");
const acknowledge = openAcknowledgements(path.join(folder, "acks", String(process.pid)));

/** What was refused is noted, too: it must not be in the log. */
function refuse(ids: readonly string[], error: unknown): void {
  const code = isAgentlogError(error) ? error.code : String(error);
  for (const id of ids) fs.appendFileSync(path.join(folder, "refused"), `${id} ${code}\n`);
}

// A victim whose own wake-up call was failed would wait for ever.
setTimeout(() => process.exit(9), 15_000).unref();

if (way === "victim") {
  await using other = openEventLog(path.join(folder, "warm", "events.jsonl"), { durability: "disk" });
  await other.append({ type: "t", data: {} });
  fs.mkdirSync(path.join(folder, "begun"));
  const log = openEventLog(file, { durability: "disk" });
  for (const ids of [["first"], ["second", "third"]]) {
    try {
      for (const stored of await log.appendMany(ids.map((id) => ({ id, type: "t", data: {} })))) acknowledge(stored);
    } catch (error) {
      refuse(ids, error);
    }
  }
  await log.close();
} else if (way === "next") {
  const started = performance.now();
  const log = openEventLog(file);
  const stored = await log.append({ id: `next-${process.pid}`, type: "t", data: {} });
  const took = performance.now() - started;
  acknowledge(stored);
  await log.close();
  console.log(took.toFixed(1));
} else {
  const log = openEventLog(file);
  for (let n = 0; ; n++) {
    try {
      acknowledge(await log.append({ id: `fill-${n}`, type: "t", data: { pad: "x".repeat(3_000) } }));
    } catch (error) {
      refuse([`fill-${n}`], error);
      console.log(isAgentlogError(error) ? error.code : String(error));
      break;
    }
  }
  await log.close();
}
