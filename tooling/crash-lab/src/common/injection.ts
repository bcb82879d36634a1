import fs from "node:fs";
import { added } from "../lab/rounds.js";
import { type Outcome, wrongsOf } from "../lab/run.js";
import { startCommand } from "./child-process.js";
import { createRandom } from "./random.js";
import { traceCalls, traced, type TracedCall } from "./trace.js";
import { comeNext, makeCaseFolder, SOON_MS, startedMark, type Victim } from "./victim.js";

/** A call of a victim, and what strace injects there, such as `signal=SIGKILL` or `error=ENOSPC`. */
interface Point extends TracedCall {
  readonly inject: string;
}

interface PointOutcome {
  /** False when the process ended, or was hit, before its work began. */
  readonly met: boolean;
  /** Milliseconds until the next process had done its work. */
  readonly nextMs: number;
  readonly judged: Outcome;
}

/** Which error each call can return on a full or failing disk. */
const FAULTS: Readonly<Record<string, readonly string[]>> = {
  openat: ["error=ENOSPC"],
  mkdir: ["error=ENOSPC"],
  rename: ["error=ENOSPC"],
  link: ["error=ENOSPC"],
  linkat: ["error=ENOSPC"],
  write: ["error=ENOSPC"],
  pwrite64: ["error=ENOSPC"],
  fdatasync: ["error=EIO"],
  fsync: ["error=EIO"],
};
/** Says that 10 bytes were written, and none was: no kernel does that, but a log that checks its place finds even this out. */
const LIE = "retval=10";
/** A kill at any other call leaves on the disk what a kill at the next one of these does: those come last. */
const CHANGES = /^(?:open|mkdir|rename|link|unlink|rmdir|write|pwrite|f?truncate|fsync|fdatasync|f?chmod|utimens)/;
/** Two processes at a time: more would only measure how they wait for each other. */
const AT_ONCE = 2;
const MOST_TRIES = 3;
/** However little time there is. */
const LEAST = 4;
/** A victim takes less than a second. */
const LONGEST_MS = 30_000;

export interface InjectionSettings {
  readonly what: "kill" | "error";
  readonly seed: number;
  readonly seconds: number;
}

/**
 * Kills a victim at each of its system calls, or fails each that a full or failing disk can fail: ENOSPC, EIO of a sync. Then
 * the next process comes, and everything is judged. With too little time for all of them it takes them in the order of its
 * seed, and says how many it took.
 */
export async function injectAtEveryCall(victim: Victim, settings: InjectionSettings): Promise<Outcome> {
  const ends = performance.now() + settings.seconds * 1_000;
  const shuffled = createRandom(settings.seed).shuffle(pointsOf(victim, settings.what));
  const points = [...shuffled.filter(changes), ...shuffled.filter((point) => !changes(point))];
  const outcomes: PointOutcome[] = [];
  const problems: string[] = [];
  let next = 0;
  const isOver = (): boolean => next >= points.length || (next >= LEAST && performance.now() >= ends);
  const work = async (): Promise<void> => {
    while (!isOver()) {
      const point = points[next++]!;
      const outcome = await meet(victim, point);
      outcomes.push(outcome);
      const { met, nextMs, judged } = outcome;
      for (const wrong of wrongsOf(judged)) problems.push(`${nameOf(point)}: ${wrong}`);
      if (met && nextMs > SOON_MS) problems.push(`${nameOf(point)}: the next process took ${nextMs} ms`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const met = outcomes.filter((outcome) => outcome.met).length;
  if (met === 0) problems.push("no call was met: nothing was tried");
  const all = added(outcomes.map(({ judged }) => ({ ...judged, problems: [] })));
  return {
    ...all,
    [settings.what === "kill" ? "kills" : "faults"]: met,
    slowestMs: Math.max(0, ...outcomes.map(({ nextMs }) => nextMs).filter((ms) => !Number.isNaN(ms))),
    note: `${outcomes.length} of ${points.length} calls`,
    problems,
  };
}

const changes = ({ name }: Point): boolean => CHANGES.test(name);
const nameOf = ({ inject, name, nth }: Point): string => `${inject} at ${name} ${nth}`;

function pointsOf({ script, outlivesLies }: Victim, what: "kill" | "error"): readonly Point[] {
  const injectionsAt = (name: string): readonly string[] => {
    if (what === "kill") return ["signal=SIGKILL"];
    return [...(FAULTS[name] ?? []), ...(name === "write" && outlivesLies === true ? [LIE] : [])];
  };
  const folder = makeCaseFolder();
  try {
    return traceCalls(script, folder).flatMap((call) => injectionsAt(call.name).map((inject) => ({ ...call, inject })));
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function meet(victim: Victim, point: Point): Promise<PointOutcome> {
  for (let tries = 1; ; tries++) {
    const outcome = await tryPoint(victim, point);
    // A machine that is busy for a moment is no finding: only what is slow each time is slow.
    const isSlow = outcome.nextMs > SOON_MS;
    if (!isSlow || tries === MOST_TRIES || wrongsOf(outcome.judged).length > 0) return outcome;
  }
}

async function tryPoint(victim: Victim, { name, nth, inject }: Point): Promise<PointOutcome> {
  const folder = makeCaseFolder();
  try {
    // Never with --seccomp-bpf: it makes strace 6.1 inject nothing and say nothing.
    const options = ["-o", "/dev/null", "-e", `trace=${name}`, "-e", `inject=${name}:${inject}:when=${nth}`];
    const isHung = await runToItsEnd("strace", traced(victim.script, folder, options));
    // In this run that `write` was one by which Node wakes itself, and it waits for ever: nothing of ours was hit.
    const met = !(isHung && name === "write") && fs.existsSync(startedMark(folder));
    const { ms, problem } = await comeNext(victim, folder);
    const judged = await victim.judge(folder).catch((error: unknown): Outcome => ({ problems: [String(error)] }));
    const hung = isHung && met ? [`it did not end within ${LONGEST_MS} ms`] : [];
    const problems = [...hung, ...(problem === undefined ? [] : [problem]), ...judged.problems];
    return { met, nextMs: ms, judged: { ...judged, problems } };
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether it had to be killed, because it did not end by itself. */
async function runToItsEnd(command: string, args: readonly string[]): Promise<boolean> {
  const child = startCommand(command, args, { ownGroup: true });
  let isHung = false;
  const watchdog = setTimeout(() => {
    isHung = true;
    process.kill(-child.pid, "SIGKILL");
  }, LONGEST_MS);
  await child.ended;
  clearTimeout(watchdog);
  return isHung;
}
