import fs from "node:fs";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createDirectoryLock } from "@agentlog/durable-fs";
import { openEventLog } from "@agentlog/event-log";
import { isAgentlogError } from "@agentlog/types";
import { inFolder } from "../common/folder.js";
import { type Child, childScript, startChild, startCommand } from "../common/child-process.js";

/** Milliseconds from the death of a holder to the acknowledgement of one who was already waiting. */
export interface TakeOverTimes {
  readonly medianMs: number;
  readonly maxMs: number;
}

/** A process that is killed while it holds the lock, right before its write: how long another's append takes then. */
export function replaceDeadHolders(rounds: number): Promise<TakeOverTimes> {
  return inFolder("takeover", async (folder) => {
    const file = path.join(folder, "log", "events.jsonl");
    const times: number[] = [];
    const log = openEventLog(file);
    for (let round = 0; round < rounds; round++) {
      const holder = startChild("log/takeover-child", ["block", file]);
      await holder.line();
      const waiting = log.append({ type: "t", data: {} });
      // Long enough to be polling at its slowest.
      await sleep(60);
      const killed = performance.now();
      holder.process.kill("SIGKILL");
      const { seq } = await waiting;
      times.push(performance.now() - killed);
      if (seq !== round) throw new Error(`append ${round} got number ${seq}`);
      await holder.ended;
    }
    await log.close();
    times.sort((a, b) => a - b);
    return { medianMs: times[times.length >> 1] ?? 0, maxMs: times.at(-1) ?? 0 };
  });
}

/** The same for a holder that stays a zombie: its parent, a shell become `sleep`, does not ask for its end. */
export function replaceZombie(): Promise<number> {
  return inFolder("takeover", async (folder) => {
    const file = path.join(folder, "events.jsonl");
    const parent = startCommand("sh", [
      "-c",
      '"$0" "$1" block "$2" & exec sleep 30',
      process.execPath,
      childScript("log/takeover-child"),
      file,
    ]);
    try {
      await parent.line();
      const pid = holderOf(`${file}.lock`);
      const log = openEventLog(file);
      const waiting = log.append({ type: "t", data: {} });
      await sleep(60);
      const killed = performance.now();
      process.kill(pid, "SIGKILL");
      await waiting;
      const took = performance.now() - killed;
      await log.close();
      // `kill(pid, 0)` still finds it: otherwise this was no zombie.
      process.kill(pid, 0);
      return took;
    } finally {
      parent.process.kill("SIGKILL");
    }
  });
}

/** The process id in the name of a lock's one entry, `o1.<pid>.…`. */
function holderOf(lock: string): number {
  return Number(fs.readdirSync(lock)[0]?.split(".")[1]);
}

export interface StoppedHolderReport {
  readonly pid: number;
  /** The error of the waiter who does not spool, and the holder it names. */
  readonly refusal: string;
  readonly holder: string | undefined;
  /** What became of the others' events while it was stopped. */
  readonly statuses: readonly string[];
  /** Ids in the log at the end, in order. */
  readonly ids: readonly string[];
  readonly spoolLeft: number;
}

/** A holder that is stopped for more than 4 seconds, with waiters that take a lock for stale after 2. */
export function waitForStoppedHolder(): Promise<StoppedHolderReport> {
  return inFolder("takeover", async (folder) => {
    const file = path.join(folder, "log", "events.jsonl");
    const holder = startChild("log/takeover-child", ["stop", file]);
    try {
      await holder.line();
      const spoolers = [1, 2, 3].map(() => startChild("log/takeover-child", ["spool", file]));
      const lock = createDirectoryLock(`${file}.lock`, { staleMs: 2_000 });
      await using log = openEventLog(file, { lock, lockTimeoutMs: 4_000 });
      const refused: unknown = await log
        .append({ id: "refused", type: "t", data: {} })
        .catch((error: unknown) => error);
      const statuses = await Promise.all(spoolers.map((child) => child.line()));
      holder.process.kill("SIGCONT");
      await holder.ended;
      await log.append({ id: "after", type: "t", data: {} });
      const { events } = await log.readAll();
      const timedOut = isAgentlogError(refused, "LOCK_TIMEOUT");
      return {
        pid: holder.pid,
        refusal: timedOut ? refused.code : String(refused),
        holder: timedOut ? refused.holder : undefined,
        statuses,
        ids: events.map(({ id }) => id),
        // The spool's folder goes with its last entry.
        spoolLeft: fs.existsSync(`${file}.spool`) ? fs.readdirSync(`${file}.spool`).length : 0,
      };
    } finally {
      holder.process.kill("SIGKILL");
    }
  });
}

export interface AttackReport {
  readonly rounds: number;
  /** Rounds in which two held the lock at once. */
  readonly doubleHolds: number;
  /** Rounds in which somebody did not get it exactly once. */
  readonly uneven: number;
}

export interface AttackOptions {
  readonly lock: "cas" | "plain";
  readonly rounds: number;
  /** Of the pauses between the tries of those who take the plain lock. */
  readonly seed?: number;
  readonly processes?: number;
  /** End with the first double hold. */
  readonly untilDouble?: boolean;
}

/** Lets processes attack the lock of a dead holder at the same instant, each holding it for 12 ms. */
export function attackDeadLock(options: AttackOptions): Promise<AttackReport> {
  const { lock, rounds, seed = 1, processes = 8, untilDouble = false } = options;
  return inFolder("takeover", async (folder) => {
    const entry = lock === "cas" ? await deadEntry(folder) : undefined;
    const crew = Array.from({ length: processes }, (_, n) =>
      startChild("log/takeover-child", [`attack-${lock}`, String(seed + n)]),
    );
    let round = 0;
    let doubleHolds = 0;
    let uneven = 0;
    const enough = untilDouble ? 1 : Number.POSITIVE_INFINITY;
    try {
      await Promise.all(crew.map((child) => child.line()));
      while (round < rounds && doubleHolds < enough) {
        const place = path.join(folder, `lock-${round++}`);
        prepareDeadLock(place, entry);
        const at = Date.now() + 20;
        for (const child of crew) child.process.stdin?.write(`${place} ${at}\n`);
        await Promise.all(crew.map((child) => child.line()));
        const holds = fs.readFileSync(`${place}.holds`, "utf8").trimEnd().split("\n");
        if (mostAtOnce(holds) > 1) doubleHolds++;
        if (!crew.every(({ pid }) => holds.filter((hold) => hold === `enter ${pid}`).length === 1)) uneven++;
      }
    } finally {
      await endAll(crew);
    }
    return { rounds: round, doubleHolds, uneven };
  });
}

/** The name that a process which died with a lock left in it. */
async function deadEntry(folder: string): Promise<string> {
  const file = path.join(folder, "dead.jsonl");
  const holder = startChild("log/takeover-child", ["block", file]);
  await holder.line();
  holder.process.kill("SIGKILL");
  await holder.ended;
  return fs.readdirSync(`${file}.lock`)[0] ?? "";
}

function prepareDeadLock(place: string, entry: string | undefined): void {
  if (entry !== undefined) {
    fs.mkdirSync(place, { mode: 0o700 });
    fs.writeFileSync(path.join(place, entry), "");
    return;
  }
  fs.mkdirSync(`${place}.lock`);
  const longAgo = new Date(Date.now() - 60_000);
  fs.utimesSync(`${place}.lock`, longAgo, longAgo);
}

function mostAtOnce(holds: readonly string[]): number {
  let inside = 0;
  let most = 0;
  for (const hold of holds) {
    inside += hold.startsWith("enter") ? 1 : -1;
    most = Math.max(most, inside);
  }
  return most;
}

async function endAll(crew: readonly Child[]): Promise<void> {
  for (const child of crew) child.process.kill("SIGKILL");
  await Promise.all(crew.map(({ ended }) => ended));
}
