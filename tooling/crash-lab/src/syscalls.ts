import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { openEventLog } from "@agentlog/event-log";
import { readAcknowledgements } from "./acknowledgements.js";
import { childScript, startChild, startCommand } from "./child-process.js";
import { type Findings, isSound, judgeLog } from "./judge.js";
import { type CallCount, countCalls, LOG } from "./trace.js";

/** One system call of an appending process at which something happens to it. */
export interface Point {
  readonly call: string;
  readonly nth: number;
  /** Only calls on this file in the victim's folder count. */
  readonly on?: string | undefined;
  /** What strace injects, such as `signal=SIGKILL` or `error=ENOSPC`. */
  readonly inject: string;
}

export interface PointOutcome extends Point {
  /** False when the process ended, or was hit, before it began to append. */
  readonly met: boolean;
  readonly killed: boolean;
  /** Milliseconds until the next process had its event acknowledged. */
  readonly nextMs: number;
  readonly findings: Findings;
  /** In words; undefined when all is well. */
  readonly problem: string | undefined;
}

/** Which error each call can return on a full or failing disk. */
const FAULTS: Readonly<Record<string, readonly string[]>> = {
  openat: ["error=ENOSPC"],
  mkdir: ["error=ENOSPC"],
  rename: ["error=ENOSPC"],
  link: ["error=ENOSPC"],
  linkat: ["error=ENOSPC"],
  // The second one lies: it says that 10 bytes were written, and none was.
  write: ["error=ENOSPC", "retval=10"],
  pwrite64: ["error=ENOSPC", "retval=10"],
  fdatasync: ["error=EIO"],
  fsync: ["error=EIO"],
};
/** Node's own threads make a few calls of their own: so many more or fewer than in the counted run. */
const SLACK = 3;
const CHANGES = /^(?:open|mkdir|rename|link|unlink|rmdir|write|pwrite|f?truncate|fsync|fdatasync|f?chmod|utimens)/;
/** By then the next process has its acknowledgement. */
const SLOW_MS = 150;
/** Two processes at a time: more would only measure how they wait for each other. */
const AT_ONCE = 2;

/** A folder with what `syscalls-child` needs. */
export function makeCaseFolder(parent: string = os.tmpdir()): string {
  const folder = fs.mkdtempSync(path.join(parent, "agentlog-syscalls-"));
  fs.mkdirSync(path.join(folder, "acks"));
  return folder;
}

/** Judges what is in the folder's log: what was acknowledged is there, what was refused is not. */
export async function judgeCase(
  folder: string,
): Promise<{ readonly findings: Findings; readonly problem: string | undefined }> {
  const log = openEventLog(path.join(folder, LOG));
  const findings = await judgeLog(log, readAcknowledgements(path.join(folder, "acks")));
  if (!isSound(findings)) return { findings, problem: JSON.stringify(findings) };
  const refused = path.join(folder, "refused");
  const stored = new Set((await log.readAll()).events.map(({ id }) => id));
  const lines = fs.existsSync(refused) ? fs.readFileSync(refused, "utf8").trimEnd().split("\n") : [];
  const there = lines.find((line) => stored.has(line.split(" ")[0] ?? "") && !line.endsWith("DURABILITY_UNKNOWN"));
  return { findings, problem: there === undefined ? undefined : `refused, and in the log: ${there}` };
}

/** A process that comes afterwards: how long its append took, measured inside it. */
export async function appendNext(folder: string): Promise<{ readonly ms: number; readonly problem?: string }> {
  const { code, stdout, stderr } = await startChild("syscalls-child", ["next", folder]).ended;
  return code === 0 ? { ms: Number(stdout) } : { ms: Number.NaN, problem: `the next process failed: ${stderr}` };
}

/** Lets it happen at one call, then lets another process append, then judges. */
export async function runPoint(point: Point): Promise<PointOutcome> {
  const first = await tryPoint(point);
  // A machine that is busy for a moment is no finding: only what is slow twice is slow.
  return first.nextMs > SLOW_MS && first.problem === undefined ? await tryPoint(point) : first;
}

async function tryPoint(point: Point): Promise<PointOutcome> {
  const { call, nth, inject, on } = point;
  const folder = makeCaseFolder();
  try {
    const only: string[] = [];
    if (on !== undefined) {
      // A path that strace is to look for must exist.
      const file = path.join(folder, on);
      fs.mkdirSync(path.dirname(file), { mode: 0o700 });
      fs.closeSync(fs.openSync(file, "wx", 0o600));
      only.push("-P", file);
    }
    // Never with --seccomp-bpf: it makes strace 6.1 inject nothing and say nothing.
    const injection = ["-e", `trace=${call}`, "-e", `inject=${call}:${inject}:when=${nth}`];
    const strace = ["-f", "-qq", "-o", "/dev/null", ...only, ...injection];
    const victim = [process.execPath, childScript("syscalls-child"), "victim", folder];
    const { code, signal } = await startCommand("strace", [...strace, ...victim]).ended;
    const met = fs.existsSync(path.join(folder, "begun"));
    const next = await appendNext(folder);
    const { findings, problem } = await judgeCase(folder);
    const killed = signal === "SIGKILL" || code === 137;
    return { ...point, met, killed, nextMs: next.ms, findings, problem: next.problem ?? problem };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Kills an appending process at each of its system calls on files, one after the other until it survives. A kill at a call
 * that changes nothing leaves on the disk what a kill at the next changing one does: of those, `quick` takes every eighth.
 */
export async function killAtEveryCall(quick = false): Promise<readonly PointOutcome[]> {
  const outcomes: PointOutcome[] = [];
  const chains = count().map(({ name, before, total, on }) => async () => {
    const step = quick && !CHANGES.test(name) ? 8 : 1;
    for (let nth = Math.max(1, before); nth <= total + SLACK; nth += step) {
      const outcome = await runPoint({ call: name, nth, on, inject: "signal=SIGKILL" });
      outcomes.push(outcome);
      if (!outcome.killed) break;
    }
  });
  await inTurns(chains);
  return outcomes;
}

/** Fails each call that a full or failing disk can fail: ENOSPC, EIO of a sync, a write that claims to be short. */
export async function failAtEveryCall(): Promise<readonly PointOutcome[]> {
  const outcomes: PointOutcome[] = [];
  const points = count().flatMap(({ name, before, total, on }) =>
    (FAULTS[name] ?? []).flatMap((inject) =>
      Array.from({ length: total - before }, (_, n): Point => ({ call: name, nth: before + n + 1, on, inject })),
    ),
  );
  await inTurns(
    points.map((point) => async () => {
      outcomes.push(await runPoint(point));
    }),
  );
  return outcomes;
}

function count(): readonly CallCount[] {
  const folder = makeCaseFolder();
  try {
    return countCalls(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function inTurns(tasks: readonly (() => Promise<void>)[]): Promise<void> {
  const queue = [...tasks];
  const work = async (): Promise<void> => {
    for (let task = queue.shift(); task !== undefined; task = queue.shift()) await task();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}
