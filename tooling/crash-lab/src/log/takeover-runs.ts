import { type Outcome, type Run } from "../lab/run.js";
import { attackDeadLock, replaceDeadHolders, replaceZombie, waitForStoppedHolder } from "./takeover.js";

/** A waiter has the lock of a dead holder within this. */
const SOON_MS = 100;
const ROUNDS = 20;

const notSoon = (what: string, ms: number): readonly string[] =>
  ms < SOON_MS ? [] : [`${what} was replaced after ${ms.toFixed(1)} ms`];

async function replaceDead(): Promise<Outcome> {
  const { medianMs, maxMs } = await replaceDeadHolders(ROUNDS);
  // The median: the slowest of twenty tells of a machine that was busy elsewhere.
  const note = `median ${medianMs.toFixed(1)} ms`;
  return { kills: ROUNDS, slowestMs: maxMs, note, problems: notSoon("a dead holder", medianMs) };
}

async function replaceUnreaped(): Promise<Outcome> {
  const ms = Math.min(await replaceZombie(), await replaceZombie());
  return { kills: 2, slowestMs: ms, problems: notSoon("a zombie", ms) };
}

async function waitForStopped(): Promise<Outcome> {
  const { ids, refusal } = await waitForStoppedHolder();
  const spooled = new Set(ids.filter((id) => id.startsWith("spooled-")));
  const problems: string[] = [];
  if (refusal !== "LOCK_TIMEOUT") problems.push(`${refusal} instead of LOCK_TIMEOUT`);
  if (ids[0] !== "holder") problems.push("the stopped holder was robbed");
  return { acknowledged: 3, lost: 3 - spooled.size, twice: ids.length - new Set(ids).size, stops: 1, problems };
}

async function attack(lock: "cas" | "plain", rounds: number, seed: number): Promise<Outcome> {
  const report = await attackDeadLock({ lock, rounds, seed, untilDouble: lock === "plain" });
  const problems = report.doubleHolds === 0 ? [] : [`two held the lock at once in ${report.doubleHolds} rounds`];
  return { faults: report.rounds, note: `${report.doubleHolds} held by two at once`, problems };
}

const run = (name: string, leastSeconds: number, of: Run["run"]): Run => ({
  subject: "event-log",
  name,
  weight: 0,
  leastSeconds,
  run: of,
});

/** What becomes of a lock whose holder dies, stays a zombie or is stopped, and of one that many attack. */
export const takeOverRuns: readonly Run[] = [
  run("dead-holder", 3, replaceDead),
  {
    ...run("zombie-holder", 0.5, replaceUnreaped),
    whyNot: () => (process.platform === "linux" ? undefined : "a zombie is told by /proc"),
  },
  run("stopped-holder", 5, waitForStopped),
  run("attack-on-a-dead-lock", 2, ({ seed }) => attack("cas", 30, seed)),
  { ...run("attack-on-proper-lockfile", 2, ({ seed }) => attack("plain", 200, seed)), isControl: true },
];
