import { type OpenedStore, openStore } from "@agentlog/durable-fs";
import { openSessionLog, readPresence, recordCrashes, resumeSession, sessionIds } from "@agentlog/session-writer";
import { type SessionId } from "@agentlog/types";
import { type Acknowledgement } from "../common/acknowledgements.js";
import { startChild } from "../common/child-process.js";
import { type Outcome } from "../lab/run.js";
import { judgeLog } from "../log/judge.js";

/** How crashes are recorded: as the package does, by several processes at once or by this one; or naively. */
export type Recorder = "agentlog" | "naive" | "alone";

/** Record crashes at the same time. */
const RECORDERS = 4;

/**
 * Compares the sessions of a store, whose writers are all gone, with what those were told. Before that their crashes are
 * recorded by several processes at once: whoever left no end gets one, and nobody gets two.
 */
export async function judgeSessions(
  root: string,
  acknowledgements: readonly Acknowledgement[],
  recorder: Recorder = "agentlog",
): Promise<Outcome> {
  const store = openStore(root);
  const problems: string[] = [];
  const crashed = await crashedSessions(store, problems);
  const answers = recorder === "alone" ? [await recordAlone(store)] : await recordAtOnce(root, recorder);
  const recorded = answers.flatMap((answer) => answer.crashed).toSorted();
  problems.push(...answers.flatMap(({ failed }) => failed));
  if (recorded.join() !== [...crashed].toSorted().join()) {
    problems.push(`${crashed.length} sessions had crashed, and ${recorded.length} ends were recorded`);
  }
  const told = groupBySession(acknowledgements);
  let [lost, twice, outOfOrder] = [0, 0, 0];
  for (const id of sessionIds(store)) {
    const { events, ends } = told.get(id) ?? { events: [], ends: [] };
    const log = openSessionLog(store, id);
    const findings = await judgeLog(log, events);
    lost += findings.lost;
    twice += findings.twice;
    outOfOrder += findings.outOfOrder;
    problems.push(...findings.damage.map((damage) => `${id}: ${damage}`));
    const runs = await runsOf(store, id);
    for (const run of ends) if (!runs.ended.has(run)) lost++;
    problems.push(...runs.problems);
    await log.close();
    told.delete(id);
  }
  for (const { events, ends } of told.values()) lost += events.length + ends.length;
  for (const id of crashed) {
    const { state } = await readPresence(store, id);
    if (state !== "ended") problems.push(`${id} is ${state} although its crash was recorded`);
  }
  problems.push(...(await goOn(store, crashed[0])));
  return {
    acknowledged: acknowledgements.length,
    lost,
    twice,
    outOfOrder,
    note: `${crashed.length} crashed`,
    problems,
  };
}

/** All of them are dead: a session is crashed, over, or nobody announced himself. */
async function crashedSessions(store: OpenedStore, problems: string[]): Promise<readonly SessionId[]> {
  const crashed: SessionId[] = [];
  for (const id of sessionIds(store)) {
    const { state, problem } = await readPresence(store, id);
    if (state === "crashed") crashed.push(id);
    else if (state !== "ended" && state !== undefined)
      problems.push(`${id} is ${state} although its writer was killed`);
    if (problem !== undefined) problems.push(`${id}: ${problem.message}`);
  }
  return crashed;
}

async function recordAtOnce(root: string, recorder: Recorder): Promise<readonly Answer[]> {
  const crew = Array.from({ length: RECORDERS }, () => startChild("writer/recorder-child", [recorder, root]));
  await Promise.all(crew.map((child) => child.line()));
  for (const child of crew) child.process.stdin?.write("go\n");
  const answers = await Promise.all(crew.map(async (child) => JSON.parse(await child.line()) as Answer));
  await Promise.all(crew.map(({ ended }) => ended));
  return answers;
}

async function recordAlone(store: OpenedStore): Promise<Answer> {
  const { crashed, failed } = await recordCrashes(store);
  return { crashed, failed: failed.map(({ id, error }) => `${id}: ${error.message}`) };
}

interface Answer {
  readonly crashed: readonly string[];
  readonly failed: readonly string[];
}

interface Runs {
  readonly ended: ReadonlySet<number>;
  readonly problems: readonly string[];
}

/** Each run is opened once and ended once at most. */
async function runsOf(store: OpenedStore, id: SessionId): Promise<Runs> {
  const opened = new Set<number>();
  const ended = new Set<number>();
  const problems: string[] = [];
  for await (const event of openSessionLog(store, id).read()) {
    const { type, run } = event as { readonly type: string; readonly run?: number };
    const into = type === "session.ended" ? ended : /^session\.(?:started|resumed)$/.test(type) ? opened : undefined;
    if (into === undefined || run === undefined) continue;
    if (into.has(run)) problems.push(`run ${run} of ${id} has two of ${type}`);
    into.add(run);
  }
  return { ended, problems };
}

/** The next run goes on under the next number. */
async function goOn(store: OpenedStore, id: SessionId | undefined): Promise<readonly string[]> {
  if (id === undefined) return [];
  const { lastSeq } = openSessionLog(store, id).stat();
  const session = await resumeSession({ store, id, heartbeat: false });
  const result = await session.emit({ type: "lab.resumed", data: {} });
  await session.finish({ outcome: "success" });
  const seq = result.status === "appended" ? result.seq : undefined;
  return seq === lastSeq + 2 ? [] : [`the run after the crash of ${id} goes on with ${seq} after ${lastSeq}`];
}

interface ToldOf {
  readonly events: Acknowledgement[];
  readonly ends: number[];
}

function groupBySession(acknowledgements: readonly Acknowledgement[]): Map<string, ToldOf> {
  const sessions = new Map<string, ToldOf>();
  for (const { id, seq } of acknowledgements) {
    const [what, session, rest] = JSON.parse(id) as [string, string, string | number];
    const told = sessions.get(session) ?? { events: [], ends: [] };
    sessions.set(session, told);
    if (what === "end") told.ends.push(Number(rest));
    else told.events.push({ id: String(rest), seq });
  }
  return sessions;
}
