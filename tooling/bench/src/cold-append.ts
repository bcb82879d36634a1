import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type EventLog, openEventLog } from "@agentlog/event-log";

/**
 * What it costs to open a log, append one event and close it: a log of a million events against one of a hundred, turn by
 * turn in one run, so that whatever else the machine does meets both.
 */
const LARGE = 1_000_000;
const SMALL = 100;
const ROUNDS = 300;
const BATCH = 1_000;
const MOST = 1.2;

const event = (n: number) => ({
  type: "message.user",
  data: { n, text: "a line of ordinary length, as people write it" },
});

async function build(log: EventLog, events: number): Promise<void> {
  // The last two alone: what comes before an append is mostly another append, not a batch.
  for (let done = 0; done < events - 2; done += BATCH) {
    await log.appendMany(Array.from({ length: Math.min(BATCH, events - 2 - done) }, (_, n) => event(done + n)));
  }
  for (let n = events - 2; n < events; n++) await log.append(event(n));
  await log.close();
}

async function coldAppend(file: string, n: number): Promise<number> {
  const started = performance.now();
  const log = openEventLog(file);
  await log.append(event(n));
  await log.close();
  return performance.now() - started;
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "agentlog-bench-"));
try {
  const large = path.join(folder, "large", "events.jsonl");
  const small = path.join(folder, "small", "events.jsonl");
  await build(openEventLog(large), LARGE);
  await build(openEventLog(small), SMALL);
  const largeTimes: number[] = [];
  const smallTimes: number[] = [];
  // The first rounds load and compile code.
  for (let round = -20; round < ROUNDS; round++) {
    const times: [number, number] = [await coldAppend(large, round), await coldAppend(small, round)];
    if (round < 0) continue;
    largeTimes.push(times[0]);
    smallTimes.push(times[1]);
  }
  const [largeMs, smallMs] = [median(largeTimes), median(smallTimes)];
  const ratio = largeMs / smallMs;
  console.log(`open, append one, close; medians of ${ROUNDS}:`);
  console.log(`  log of ${LARGE.toLocaleString("en")} events  ${largeMs.toFixed(3)} ms`);
  console.log(`  log of ${SMALL.toLocaleString("en")} events        ${smallMs.toFixed(3)} ms`);
  console.log(`  ratio ${ratio.toFixed(2)}, at most ${MOST}`);
  if (ratio > MOST) process.exitCode = 1;
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
