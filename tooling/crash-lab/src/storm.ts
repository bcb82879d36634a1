import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Child, startChild } from "./child-process.js";
import { type Findings } from "./judge.js";
import { createRandom } from "./random.js";
import { checkLog, checkNaive } from "./storm-check.js";
import { type Appender, type WorkerOrders } from "./storm-orders.js";

export interface StormOptions {
  readonly appender: Appender;
  readonly seconds: number;
  readonly seed: number;
  /** Processes that append at once. Default 6. */
  readonly workers?: number;
  /** Default 1,500. */
  readonly longestStopMs?: number;
  /** How many of the writes are preceded by a stop of the writer itself. Default 0.02. */
  readonly selfStops?: number;
}

export interface StormReport extends Findings {
  readonly kills: number;
  /** Stopped from outside, at any instruction. */
  readonly stops: number;
  /** Stopped by themselves between the look at the lock and the write. */
  readonly selfStops: number;
  /** Workers that ended without being killed, with what they said. */
  readonly failures: readonly string[];
  readonly bytes: number;
}

const KILL_EVERY_MS = 100;
const STOP_EVERY_MS = 150;
/** With more of them stopped from outside at once, nobody would be appending. */
const MOST_STOPPED = 2;

interface Worker {
  readonly child: Child;
  stopped: boolean;
  doomed: boolean;
}

/** Lets processes append without pause while one after the other is killed and others are stopped; then judges the log. */
export async function runStorm(options: StormOptions): Promise<StormReport> {
  const { appender, seconds, seed, workers = 6, longestStopMs = 1_500, selfStops: selfStopShare = 0.02 } = options;
  const random = createRandom(seed);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "agentlog-storm-"));
  const file = path.join(folder, "events.jsonl");
  const acknowledgements = path.join(folder, "acks");
  fs.mkdirSync(acknowledgements);
  const crew = new Set<Worker>();
  const failures: string[] = [];
  let started = 0;
  let kills = 0;
  let stops = 0;
  let selfStops = 0;
  let over = false;

  const resumeLater = (worker: Worker): void => {
    worker.stopped = true;
    setTimeout(() => {
      worker.stopped = false;
      worker.child.process.kill("SIGCONT");
    }, random.below(longestStopMs)).unref();
  };

  const start = (): void => {
    const name = `w${started++}`;
    const orders: WorkerOrders = {
      appender,
      file,
      acknowledgements: path.join(acknowledgements, name),
      name,
      seed: seed * 100_000 + started,
      selfStops: selfStopShare,
    };
    const child = startChild("storm-worker", [JSON.stringify(orders)]);
    const worker: Worker = { child, stopped: false, doomed: false };
    crew.add(worker);
    child.process.stdout?.on("data", () => {
      selfStops++;
      resumeLater(worker);
    });
    void child.ended.then(({ code, signal, stderr }) => {
      crew.delete(worker);
      if (!worker.doomed) failures.push(`${name} ended with ${code ?? signal}: ${stderr.trim()}`);
      if (!over) start();
    });
  };

  const running = (): readonly Worker[] => [...crew].filter(({ stopped, doomed }) => !stopped && !doomed);
  const kill = (worker: Worker | undefined): void => {
    if (worker === undefined) return;
    worker.doomed = true;
    worker.child.process.kill("SIGKILL");
  };
  const killer = setInterval(() => {
    // Mostly one that runs; now and then one that is stopped, which may hold the lock.
    const victim = random.chance(0.9) ? random.pick(running()) : random.pick([...crew].filter(({ doomed }) => !doomed));
    if (victim !== undefined) kills++;
    kill(victim);
  }, KILL_EVERY_MS);
  const stopper = setInterval(() => {
    const worker = random.pick(running());
    if (worker === undefined || [...crew].filter(({ stopped }) => stopped).length >= MOST_STOPPED) return;
    stops++;
    worker.child.process.kill("SIGSTOP");
    resumeLater(worker);
  }, STOP_EVERY_MS);

  try {
    for (let n = 0; n < workers; n++) start();
    await sleep(seconds * 1_000);
    over = true;
    clearInterval(killer);
    clearInterval(stopper);
    const ends = [...crew].map(({ child }) => child.ended);
    for (const worker of crew) kill(worker);
    await Promise.all(ends);
    const findings = await (appender === "naive" ? checkNaive : checkLog)(file, acknowledgements);
    return { ...findings, kills, stops, selfStops, failures, bytes: fs.statSync(file).size };
  } finally {
    over = true;
    clearInterval(killer);
    clearInterval(stopper);
    for (const worker of crew) kill(worker);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}
