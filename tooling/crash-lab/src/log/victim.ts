import fs from "node:fs";
import path from "node:path";
import { openEventLog } from "@agentlog/event-log";
import { readAcknowledgements } from "../common/acknowledgements.js";
import { acknowledgementsOf, storeOf, type Victim } from "../common/victim.js";
import { type Outcome } from "../lab/run.js";
import { judgeLog } from "./judge.js";

export const logVictim: Victim = { script: "log/syscalls-child", judge: judgeCase, outlivesLies: true };

/** Judges what is in the folder's log: what was acknowledged is there, what was refused is not. */
async function judgeCase(folder: string): Promise<Outcome> {
  const log = openEventLog(path.join(storeOf(folder), "events.jsonl"));
  const findings = await judgeLog(log, readAcknowledgements(acknowledgementsOf(folder)));
  const { acknowledged, lost, twice, outOfOrder, damage } = findings;
  const stored = new Set((await log.readAll()).events.map(({ id }) => id));
  const refused = path.join(folder, "refused");
  const lines = fs.existsSync(refused) ? fs.readFileSync(refused, "utf8").trimEnd().split("\n") : [];
  const there = lines.filter((line) => stored.has(line.split(" ")[0] ?? "") && !line.endsWith("DURABILITY_UNKNOWN"));
  const problems = [...damage, ...there.map((line) => `refused, and in the log: ${line}`)];
  return { acknowledged, lost, twice, outOfOrder, problems };
}
