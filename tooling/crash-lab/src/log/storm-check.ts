import fs from "node:fs";
import { createInterface } from "node:readline";
import { openEventLog } from "@agentlog/event-log";
import { type Acknowledgement, readAcknowledgements } from "../common/acknowledgements.js";
import { createJudge, type Findings, judgeLog } from "./judge.js";

/** Judges an agentlog after a storm, and that it takes the next event under the next number. */
export async function checkLog(file: string, acknowledgements: string): Promise<Findings> {
  const log = openEventLog(file);
  const findings = await judgeLog(log, readAcknowledgements(acknowledgements));
  const { seq } = await log.append({ type: "storm.over", data: {} });
  await log.close();
  if (seq === findings.stored) return findings;
  return { ...findings, damage: [...findings.damage, `the next event got number ${seq}, not ${findings.stored}`] };
}

/** Judges what a naive appender wrote: a line that is no JSON is damage. */
export async function checkNaive(file: string, acknowledgements: string): Promise<Findings> {
  const judge = createJudge(readAcknowledgements(acknowledgements));
  const damage: string[] = [];
  let number = 0;
  for await (const line of createInterface({ input: fs.createReadStream(file) })) {
    number++;
    try {
      judge.see(JSON.parse(line) as Acknowledgement);
    } catch {
      damage.push(`line ${number} is broken`);
    }
  }
  return { ...judge.findings(), damage };
}
