import { setTimeout as sleep } from "node:timers/promises";
import { type Child } from "./child-process.js";
import { createRandom } from "./random.js";

export interface StormOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Starts one worker. It prints `ready` when it begins to work, and `stopping` right before it stops itself. */
  readonly start: (name: string, seed: number) => Child;
  /** Processes that work at once. Default 6. */
  readonly workers?: number | undefined;
  /** Default 0 and 1,500. */
  readonly shortestStopMs?: number | undefined;
  readonly longestStopMs?: number | undefined;
  /** Default 100. */
  readonly killEveryMs?: number | undefined;
}

export interface StormReport {
  readonly kills: number;
  /** By a signal from outside, at any instruction, or by themselves between a look and a write. */
  readonly stops: number;
  /** Workers that ended without being killed, with what they said. */
  readonly failures: readonly string[];
}

const STOP_EVERY_MS = 150;
/** Where nobody begins to work within this, the storm goes on all the same. */
const LONGEST_START_MS = 20_000;
/** With more of them stopped from outside at once, nobody would be working. */
const MOST_STOPPED = 2;

interface Worker {
  readonly child: Child;
  ready: boolean;
  stopped: boolean;
  doomed: boolean;
}

/** Lets processes work without pause while one after the other is killed, and replaced, and others are stopped. */
export async function runStorm(options: StormOptions): Promise<StormReport> {
  const { seconds, seed, workers = 6, killEveryMs = 100 } = options;
  const { shortestStopMs = 0, longestStopMs = 1_500 } = options;
  const random = createRandom(seed);
  const crew = new Set<Worker>();
  const failures: string[] = [];
  let started = 0;
  let kills = 0;
  let stops = 0;
  let over = false;
  let firstIsReady = (): void => {};
  const begun = new Promise<void>((resolve) => (firstIsReady = resolve));

  const resumeLater = (worker: Worker): void => {
    stops++;
    worker.stopped = true;
    setTimeout(
      () => {
        worker.stopped = false;
        worker.child.process.kill("SIGCONT");
      },
      shortestStopMs + random.below(longestStopMs - shortestStopMs),
    ).unref();
  };

  const start = (): void => {
    const name = `w${started++}`;
    const child = options.start(name, (seed * 100_000 + started) % 2 ** 32);
    const worker: Worker = { child, ready: false, stopped: false, doomed: false };
    crew.add(worker);
    child.process.stdout?.on("data", (text: string) => {
      worker.ready = true;
      firstIsReady();
      if (text.includes("stopping")) resumeLater(worker);
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
    const alive = [...crew].filter(({ doomed }) => !doomed);
    // On a slow machine starting takes longer than dying: then nobody would ever work.
    if (alive.filter(({ ready }) => ready).length < workers / 2) return;
    // Mostly one that works; now and then one that is stopped, which may hold the lock, or has only begun to start.
    const working = running().filter(({ ready }) => ready);
    const victim = random.pick(random.chance(0.9) ? working : alive);
    if (victim !== undefined) kills++;
    kill(victim);
  }, killEveryMs);
  const stopper = setInterval(() => {
    const worker = random.pick(running());
    if (worker === undefined || [...crew].filter(({ stopped }) => stopped).length >= MOST_STOPPED) return;
    worker.child.process.kill("SIGSTOP");
    resumeLater(worker);
  }, STOP_EVERY_MS);
  const endAll = async (): Promise<void> => {
    over = true;
    clearInterval(killer);
    clearInterval(stopper);
    const ends = [...crew].map(({ child }) => child.ended);
    for (const worker of crew) kill(worker);
    await Promise.all(ends);
  };

  try {
    for (let n = 0; n < workers; n++) start();
    await Promise.race([begun, sleep(LONGEST_START_MS, undefined, { ref: false })]);
    await sleep(seconds * 1_000);
  } finally {
    await endAll();
  }
  return { kills, stops, failures };
}
