import fs from "node:fs";
import path from "node:path";
import { openEventLog } from "@agentlog/event-log";
import { isAgentlogError } from "@agentlog/types";
import { openAcknowledgements } from "../common/acknowledgements.js";
import { endInTime } from "../common/refusal.js";
import { acknowledgementsOf, startedMark, storeOf } from "../common/victim.js";

/** The victim of the log: appends one event alone and two as a batch, each synced. */
const [, , way, folder = ""] = process.argv;
const file = path.join(storeOf(folder), "events.jsonl");
const acknowledge = openAcknowledgements(path.join(acknowledgementsOf(folder), String(process.pid)));

/** What was refused is noted, too: it must not be in the log. */
function refuse(ids: readonly string[], error: unknown): void {
  const code = isAgentlogError(error) ? error.code : String(error);
  for (const id of ids) fs.appendFileSync(path.join(folder, "refused"), `${id} ${code}\n`);
}

endInTime();

if (way === "victim") {
  await using other = openEventLog(path.join(folder, "warm", "events.jsonl"), { durability: "disk" });
  await other.append({ type: "t", data: {} });
  fs.mkdirSync(startedMark(folder));
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
