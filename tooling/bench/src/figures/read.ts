import fs from "node:fs";
import { absolute, compareRates, type Samples } from "../compare.js";
import { type Bench, type Family, type Figure, type Measured, type Results } from "../figure.js";
import { eventLogOf } from "../fixtures/event-log.js";
import { type JobName } from "../jobs/job.js";
import { runJob } from "../run-job.js";
import { LARGE } from "./large-log.js";

const PARSE: Figure = {
  name: "read-parse",
  title: "read everything, 200 MB of 300-byte events : JSON.parse alone (rate)",
  limit: 0.7,
  direction: "at-least",
  unit: "x",
};
const READLINE: Figure = {
  name: "read-readline",
  title: "read everything, 200 MB of 300-byte events : readline + JSON.parse (rate)",
  limit: 1.1,
  direction: "at-least",
  unit: "x",
};
const PARSE_LARGE: Figure = { ...PARSE, name: "read-parse-2k", title: PARSE.title.replace("300-byte", "2-KB") };
const READLINE_LARGE: Figure = {
  ...READLINE,
  name: "read-readline-2k",
  title: READLINE.title.replace("300-byte", "2-KB"),
};
const MEMORY: Figure = {
  name: "read-memory",
  title: "peak memory of a process that reads 200 MB",
  limit: 100,
  direction: "at-most",
  unit: "MB",
};
const MEMORY_LARGE: Figure = {
  ...MEMORY,
  name: "read-memory-600",
  title: "peak memory of a process that reads 600 MB, more than the longest string Node can have",
};

const TOTAL_BYTES = 200_000_000;
/** What a line has beside what was handed over. */
const ENVELOPE_BYTES = 110;

async function measureSize(bench: Bench, bytes: number) {
  const count = Math.round(TOTAL_BYTES / (bytes + ENVELOPE_BYTES));
  const file = await eventLogOf(bench.folder, { events: count, bytes });
  const { size } = fs.statSync(file);
  const memory: number[] = [];
  const read = (job: JobName) => (): number => {
    const { micros, events, peakMB } = runJob(job, { file });
    if (events !== count) throw new Error(`${job} met ${events} of ${count} events`);
    if (job === "read-agentlog") memory.push(peakMB);
    return micros / 1000;
  };
  const times = await bench.interleave(
    { agentlog: read("read-agentlog"), parse: read("parse-lines"), readline: read("read-readline") },
    { rounds: 9, quick: 3, warmUp: 1 },
  );
  fs.rmSync(file);
  const of = (name: keyof typeof times): Samples => ({ name, unit: "ms", values: times[name] });
  return { ours: of("agentlog"), parse: of("parse"), readline: of("readline"), memory, size };
}

async function measure(bench: Bench): Promise<Results> {
  const small = await measureSize(bench, 300);
  const large = await measureSize(bench, 2048);
  const measured: Measured[] = [
    compareRates(PARSE, small.ours, small.parse, `${Math.round(small.size / 1_000_000)} MB`),
    compareRates(READLINE, small.ours, small.readline),
    compareRates(PARSE_LARGE, large.ours, large.parse),
    compareRates(READLINE_LARGE, large.ours, large.readline),
    absolute(MEMORY, [...small.memory, ...large.memory]),
  ];
  const file = await eventLogOf(bench.fixtures, { events: LARGE, bytes: 500 });
  const { size } = fs.statSync(file);
  const { events, peakMB } = runJob("read-agentlog", { file });
  fs.rmSync(file);
  if (events < LARGE) throw new Error(`read ${events} of ${LARGE} events`);
  measured.push(
    absolute(MEMORY_LARGE, [peakMB], `${Math.round(size / 1_000_000)} MB, ${events.toLocaleString("en")} events`),
  );
  return { measured };
}

export const read: Family = {
  name: "read",
  nodes: "newest",
  figures: [PARSE, READLINE, PARSE_LARGE, READLINE_LARGE, MEMORY, MEMORY_LARGE],
  measure,
};
