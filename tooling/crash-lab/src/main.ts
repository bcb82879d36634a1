import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runControl } from "./control.js";
import { isSound } from "./judge.js";
import { fillDisk, meetFileSizeLimit, whyNoMount } from "./small-disk.js";
import { runStorm, type StormOptions } from "./storm.js";
import { failAtEveryCall, killAtEveryCall, type PointOutcome } from "./syscalls.js";
import { formatTable, type Row } from "./table.js";
import { attackDeadLock, replaceDeadHolders, replaceZombie, waitForStoppedHolder } from "./takeover.js";
import { whyNoTrace } from "./trace.js";

/** The whole crash lab in sequence, and one table of what came of it. */

const SOON_TAKE_OVER_MS = 100;
const SOON_NEXT_MS = 150;

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "30" },
    workers: { type: "string", default: "6" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    /** Leaves out what `pnpm test` runs in any case. */
    "no-model": { type: "boolean", default: false },
  },
});
const seconds = Number(values.seconds);
const workers = Number(values.workers);
const seed = Number(values.seed);
if (![seconds, workers, seed].every((value) => Number.isInteger(value) && value > 0)) {
  console.error("usage: main.js [--seconds N] [--workers N] [--seed N] [--no-model], each a whole number above 0");
  process.exit(2);
}

const rows: Row[] = [];
const wrong: string[] = [];
const expect = (holds: boolean, what: string): void => {
  if (!holds) wrong.push(what);
};
const say = (what: string): void => console.error(`… ${what}`);

async function storm(name: string, options: Omit<StormOptions, "seed" | "workers">): Promise<boolean> {
  say(`${name}, ${options.seconds} s`);
  const report = await runStorm({ ...options, seed, workers });
  rows.push({ run: name, ...report, stops: report.stops + report.selfStops, note: `${report.leftovers} leftovers` });
  for (const failure of report.failures) wrong.push(`${name}: ${failure}`);
  for (const damage of report.damage) wrong.push(`${name}: ${damage}`);
  return isSound(report);
}

async function takeOver(): Promise<void> {
  say("holders that die");
  const dead = await replaceDeadHolders(20);
  rows.push({
    run: "dead holder, 20 times",
    kills: 20,
    slowestMs: dead.maxMs,
    note: `median ${dead.medianMs.toFixed(1)}`,
  });
  expect(dead.maxMs < SOON_TAKE_OVER_MS, `a dead holder was replaced after ${dead.maxMs.toFixed(1)} ms`);
  if (process.platform === "linux") {
    const zombieMs = await replaceZombie();
    rows.push({ run: "zombie holder", kills: 1, slowestMs: zombieMs });
    expect(zombieMs < SOON_TAKE_OVER_MS, `a zombie was replaced after ${zombieMs.toFixed(1)} ms`);
  }
  say("a holder that is stopped");
  const stopped = await waitForStoppedHolder();
  const spooled = stopped.ids.filter((id) => id.startsWith("spooled-"));
  const twice = stopped.ids.length - new Set(stopped.ids).size;
  rows.push({ run: "stopped holder, 3 spooled", acknowledged: 3, lost: 3 - new Set(spooled).size, twice, stops: 1 });
  expect(stopped.refusal === "LOCK_TIMEOUT", `a stopped holder: ${stopped.refusal} instead of LOCK_TIMEOUT`);
  expect(stopped.ids[0] === "holder", "a stopped holder was robbed");
  say("eight processes at one dead lock");
  const attack = await attackDeadLock({ lock: "cas", rounds: 30 });
  rows.push({ run: "attack on a dead lock", faults: attack.rounds, note: `${attack.doubleHolds} held by two at once` });
  expect(attack.doubleHolds === 0, `two held the lock at once in ${attack.doubleHolds} rounds`);
  const plain = await attackDeadLock({ lock: "plain", rounds: 200, untilDouble: true });
  rows.push({
    run: "  control: proper-lockfile",
    faults: plain.rounds,
    note: `${plain.doubleHolds} held by two at once`,
  });
  expect(plain.doubleHolds > 0, "the attack is too weak: plain proper-lockfile withstood it");
}

function addPoints(run: string, outcomes: readonly PointOutcome[], kind: "kills" | "faults"): void {
  const met = outcomes.filter((outcome) => outcome.met);
  const sum = (field: "acknowledged" | "lost" | "twice" | "outOfOrder"): number =>
    outcomes.reduce((total, { findings }) => total + findings[field], 0);
  const slowestMs = Math.max(...outcomes.map(({ nextMs }) => nextMs));
  rows.push({
    run,
    acknowledged: sum("acknowledged"),
    lost: sum("lost"),
    twice: sum("twice"),
    outOfOrder: sum("outOfOrder"),
    [kind]: met.length,
    slowestMs,
  });
  for (const { call, nth, inject, problem } of outcomes) {
    if (problem !== undefined) wrong.push(`${inject} at ${call} ${nth}: ${problem}`);
  }
  expect(slowestMs < SOON_NEXT_MS, `${run}: the next append took ${slowestMs} ms`);
}

async function systemCalls(): Promise<void> {
  const noTrace = whyNoTrace();
  if (noTrace === undefined) {
    say("a kill at each system call of an append");
    addPoints("kill at each call", await killAtEveryCall(), "kills");
    say("an error at each system call of an append");
    addPoints("error at each call", await failAtEveryCall(), "faults");
  } else say(`no system calls are killed: ${noTrace}`);
  const noMount = whyNoMount();
  if (noMount !== undefined) say(`no disk is filled: ${noMount}`);
  for (const [run, meet] of [
    ["full disk", noMount === undefined ? fillDisk : undefined],
    ["limit on the file's size", meetFileSizeLimit],
  ] as const) {
    if (meet === undefined) continue;
    const { acknowledged, nextMs, problem, refusal } = await meet();
    rows.push({ run, acknowledged, faults: 1, slowestMs: nextMs, note: refusal });
    expect(problem === undefined, `${run}: ${problem}`);
  }
}

/** The simulated half of the lab has its own oracle in its tests. */
function simulations(): void {
  say("the model, its mutants, simulated power loss");
  const root = fileURLToPath(new URL("../../..", import.meta.url));
  const files = ["model", "mutants", "power-loss", "regressions"].map((name) => `tooling/crash-lab/src/${name}`);
  const { status } = spawnSync(
    "npx",
    ["vitest", "run", "--config", "tooling/testing/vitest.config.ts", "--typecheck.enabled=false", ...files],
    { cwd: root, stdio: ["ignore", 2, 2], env: { ...process.env, AGENTLOG_SEED: String(seed) } },
  );
  rows.push({ run: "model, mutants, power loss", note: status === 0 ? "passed" : "FAILED" });
  expect(status === 0, "the model, its mutants or the simulated power loss failed");
}

expect(await storm("storm", { appender: "agentlog", seconds }), "the storm broke the log");
const intruders = Math.max(4, Math.round(seconds / 3));
expect(
  await storm("storm without the lock", { appender: "intruder", seconds: intruders, selfStops: 0.05 }),
  "the storm without the lock broke the log",
);
say("control: the storm on a naive appender");
const control = await runControl(seed);
rows.push({ run: "  control: naive appender", ...control, stops: control.stops + control.selfStops });
expect(!isSound(control), "the storm is too weak: a naive appender withstood it");
await takeOver();
await systemCalls();
if (!values["no-model"]) simulations();

console.log(formatTable(rows));
for (const line of wrong) console.log(`WRONG  ${line}`);
console.log(
  wrong.length === 0 ? `all is well, seed ${seed}` : `again: --seconds ${seconds} --workers ${workers} --seed ${seed}`,
);
if (wrong.length > 0) process.exitCode = 1;
