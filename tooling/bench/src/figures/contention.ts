import path from "node:path";
import { openEventLog } from "@agentlog/event-log";
import { hasNodeSqlite, nodeSqlite } from "../alternatives/node-sqlite.js";
import { lockedAppendFile } from "../alternatives/locked-append-file.js";
import { absolute } from "../compare.js";
import { type ContenderKind, type Contenders, type Done, startContenders } from "../contenders.js";
import { type Alternative, type Bench, type Family, type Figure, type Results } from "../figure.js";
import { ratios, spreadOf } from "../spread.js";

const PROCESSES = 16;

const RATE: Figure = {
  name: "contention-rate",
  title: "16 processes, each awaiting its own appends : one process (rate of all)",
  limit: 0.4,
  direction: "at-least",
  unit: "x",
};
const WORST: Figure = {
  name: "contention-worst",
  title: "16 processes: the longest that one append took",
  limit: 1_000,
  direction: "at-most",
  unit: "ms",
};
const FAIRNESS: Figure = {
  name: "contention-fairness",
  title: "16 processes: appends of the slowest process : of the fastest",
  limit: 1 / 3,
  direction: "at-least",
  unit: "x",
};
const LOST: Figure = {
  name: "contention-lost",
  title: "16 processes: acknowledged events that are not in the log",
  limit: 0,
  direction: "at-most",
  unit: "events",
};
const TWICE: Figure = {
  name: "contention-twice",
  title: "16 processes: events that are in the log twice",
  limit: 0,
  direction: "at-most",
  unit: "events",
};

interface Ran {
  readonly one: readonly number[];
  readonly all: readonly number[];
  readonly worstMs: readonly number[];
  readonly fairness: readonly number[];
  readonly ids: readonly string[];
}

const countOf = (done: readonly Done[]): number => done.reduce((sum, { ids }) => sum + ids.length, 0);

/** Rates in events a second: of one process, and of all at once. */
async function contend(bench: Bench, contenders: Contenders, ms: number): Promise<Ran> {
  const [worstMs, fairness, ids]: [number[], number[], string[]] = [[], [], []];
  const rate = (how: "one" | "all") => async (): Promise<number> => {
    const started = performance.now();
    const done = await contenders.run(ms, how);
    const seconds = (performance.now() - started) / 1000;
    for (const one of done) for (const id of one.ids) ids.push(id);
    if (how === "all") {
      const counts = done.map((one) => one.ids.length);
      worstMs.push(Math.max(...done.map((one) => one.worstMs)));
      fairness.push(Math.min(...counts) / Math.max(...counts));
    }
    return countOf(done) / seconds;
  };
  const times = await bench.interleave({ one: rate("one"), all: rate("all") }, { rounds: 5, quick: 3, warmUp: 1 });
  await contenders.stop();
  return { ...times, worstMs, fairness, ids };
}

async function measureKind(bench: Bench, kind: ContenderKind, ms: number): Promise<Ran> {
  const file = path.join(bench.folder, kind);
  const ran = await contend(bench, await startContenders(kind, file, PROCESSES), ms);
  if (kind === "agentlog") return ran;
  const store = kind === "sqlite" ? nodeSqlite(file, "NORMAL") : lockedAppendFile(file);
  const stored = await store.stored();
  await store.close();
  if (stored !== ran.ids.length) throw new Error(`${kind} stored ${stored} of ${ran.ids.length} events`);
  return ran;
}

/** How often each id is in the log. */
async function countIds(file: string): Promise<ReadonlyMap<string, number>> {
  const log = openEventLog(file);
  const report = await log.verify();
  if (!report.ok) throw new Error(`the log is damaged: ${report.damageCount} places`);
  const counts = new Map<string, number>();
  for await (const { id } of log.read()) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
}

async function measure(bench: Bench): Promise<Results> {
  const ms = bench.quick ? 800 : 2_000;
  const names: Readonly<Partial<Record<ContenderKind, string>>> = {
    agentlog: "agentlog",
    ...(hasNodeSqlite() ? { sqlite: "SQLite WAL NORMAL, one a transaction" } : {}),
    lockfile: "proper-lockfile + appendFile",
  };
  const ours = await measureKind(bench, "agentlog", ms);
  const counts = await countIds(path.join(bench.folder, "agentlog"));
  const group = `${PROCESSES} processes, 300 B, each awaiting its own`;
  const alternatives: Alternative[] = [];
  for (const [kind, name] of Object.entries(names) as [ContenderKind, string][]) {
    const ran = kind === "agentlog" ? ours : await measureKind(bench, kind, ms);
    const ratio = spreadOf(ran.all).median / spreadOf(ours.all).median;
    alternatives.push({ group, name, unit: "events/s", spread: spreadOf(ran.all), ratio });
  }
  const rate = (values: readonly number[], name: string) => ({ name, unit: "events/s", spread: spreadOf(values) });
  return {
    measured: [
      {
        figure: RATE.name,
        value: spreadOf(ratios(ours.all, ours.one)),
        ours: rate(ours.all, "16 processes"),
        other: rate(ours.one, "one process"),
      },
      // One that waited too long is one too many: no median.
      absolute(WORST, [Math.max(...ours.worstMs.slice(1))], `the longest of ${ours.worstMs.length - 1} rounds`),
      absolute(FAIRNESS, ours.fairness.slice(1)),
      absolute(LOST, [ours.ids.filter((id) => !counts.has(id)).length], `of ${ours.ids.length.toLocaleString("en")}`),
      absolute(TWICE, [[...counts.values()].filter((count) => count > 1).length]),
    ],
    alternatives,
  };
}

export const contention: Family = {
  name: "contention",
  nodes: "newest",
  figures: [RATE, WORST, FAIRNESS, LOST, TWICE],
  measure,
};
