import path from "node:path";
import { openEventLog } from "@agentlog/event-log";
import { compare, type Samples } from "../compare.js";
import { makeEvents } from "../events.js";
import { type Bench, type Family, type Figure, type Results } from "../figure.js";
import { eventLogOf } from "../fixtures/event-log.js";
import { timedEach } from "../harness.js";
import { runJob } from "../run-job.js";

const OPEN_APPEND: Figure = {
  name: "append-cold",
  title: "open, append one, close: a log of 1,000,000 : a log of 100 (time)",
  limit: 1.2,
  direction: "at-most",
  unit: "x",
};
const PROCESS_APPEND: Figure = {
  name: "append-cold-process",
  title: "the same in a process that just started (time from open to close)",
  limit: 1.2,
  direction: "at-most",
  unit: "x",
};
const READ_TAIL: Figure = {
  name: "read-tail",
  title: "read the last 100 of 1,000,000, which were appended one by one : read a log of 100 (time)",
  limit: 2,
  direction: "at-most",
  unit: "x",
};
const READ_TAIL_BATCHED: Figure = {
  ...READ_TAIL,
  name: "read-tail-batched",
  title: "read the last 100 of 1,000,000, which are the end of a batch of 1,000 : read a log of 100 (time)",
};

export const LARGE = 1_000_000;
const SMALL = 100;
const TIMES = 20;

async function openAppend(file: string): Promise<void> {
  for (let n = 0; n < TIMES; n++) {
    const log = openEventLog(file);
    await log.append({ type: "message.sent", data: { n, text: "a line of ordinary length, as people write it" } });
    await log.close();
  }
}

async function readLast(file: string): Promise<void> {
  for (let n = 0; n < TIMES; n++) {
    const log = openEventLog(file);
    const { lastSeq } = log.stat();
    let seen = 0;
    for await (const event of log.read({ from: lastSeq - SMALL + 1 })) seen += event.seq >= 0 ? 1 : 0;
    await log.close();
    if (seen !== SMALL) throw new Error(`read ${seen} events of ${SMALL}`);
  }
}

async function readAllOf(file: string): Promise<void> {
  for (let n = 0; n < TIMES; n++) {
    const log = openEventLog(file);
    let seen = 0;
    for await (const event of log.read()) seen += event.seq >= 0 ? 1 : 0;
    await log.close();
    if (seen !== SMALL) throw new Error(`read ${seen} events of ${SMALL}`);
  }
}

/** More than are read afterwards: a session's end is what one writer appended event by event. */
async function appendOneByOne(file: string): Promise<void> {
  const log = openEventLog(file);
  for (const event of makeEvents(2 * SMALL, 300)) await log.append(event);
  await log.close();
}

async function measure({ folder, fixtures, interleave }: Bench): Promise<Results> {
  const large = await eventLogOf(fixtures, { events: LARGE, bytes: 300 });
  const small = await eventLogOf(folder, { events: SMALL, bytes: 300 });
  const read = await eventLogOf(path.join(folder, "read"), { events: SMALL, bytes: 300 });
  const each = (work: (file: string) => Promise<void>, file: string) => () => timedEach(TIMES, () => work(file));
  const readEnds = { small: each(readAllOf, read), large: each(readLast, large) };
  const batched = await interleave(readEnds, { rounds: 15, quick: 5 });
  await appendOneByOne(large);
  const single = await interleave(readEnds, { rounds: 30, quick: 10 });
  const appended = await interleave(
    { small: each(openAppend, small), large: each(openAppend, large) },
    { rounds: 30, quick: 10 },
  );
  const processes = await interleave(
    {
      small: () => runJob("append-once", { file: small }).micros,
      large: () => runJob("append-once", { file: large }).micros,
    },
    { rounds: 20, quick: 6 },
  );
  const of = (name: string, values: readonly number[]): Samples => ({ name, unit: "µs", values });
  const [whole, hundred] = ["1,000,000 events", "100 events"];
  return {
    measured: [
      compare(OPEN_APPEND, of(whole, appended.large), of(hundred, appended.small)),
      compare(PROCESS_APPEND, of(whole, processes.large), of(hundred, processes.small)),
      compare(READ_TAIL, of(whole, single.large), of(hundred, single.small)),
      compare(READ_TAIL_BATCHED, of(whole, batched.large), of(hundred, batched.small)),
    ],
  };
}

export const largeLog: Family = {
  name: "large-log",
  nodes: "newest",
  figures: [OPEN_APPEND, PROCESS_APPEND, READ_TAIL, READ_TAIL_BATCHED],
  measure,
};
