import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type OpenedStore, openStore } from "@agentlog/durable-fs";
import { type CrewOptions, type Member, startMember } from "./crew.js";
import { checkStore, openRegistryLog } from "./final-check.js";
import { createNotes, type Notes } from "./notes.js";
import { type Maker, type ParticipantName, type Reading } from "./protocol.js";

/** A soak: everything that may work on one store does so at once, for a while, and is then asked what came of it. */

export interface SoakOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Ends the soak early, as if its time were over. */
  readonly signal?: AbortSignal;
}

export interface SoakReport {
  readonly seconds: number;
  readonly readings: ReadonlyMap<ParticipantName, readonly Reading[]>;
  readonly sessions: Readonly<Record<Maker, number>>;
  /** Events in all logs. */
  readonly events: number;
  /** Events the follower saw. */
  readonly followed: number;
  readonly acknowledged: number;
  readonly hooks: number;
  /** All that was not as it should be. Whether memory is flat is for its readings to say. */
  readonly wrong: readonly string[];
  /** The folder with the store, where something was wrong. */
  readonly kept: string | undefined;
}

/** So that a soak of minutes sees many sessions come and go, and one of seconds sees some. */
const rotationMs = (seconds: number): number => Math.min(20_000, Math.max(1500, (seconds * 1000) / 4));

/** Runs a soak. Rejects when one of its processes cannot be started. */
export async function runSoak({ seconds, seed, signal }: SoakOptions): Promise<SoakReport> {
  const folder = mkdtempSync(join(tmpdir(), "agentlog-soak-"));
  const store = openStore(join(folder, "store"));
  const own = join(folder, "participants");
  mkdirSync(own, { mode: 0o700 });
  const notes = createNotes();
  const crew: Member[] = [];
  const hear: CrewOptions["hear"] = (message, from) => {
    notes.hear(message, from);
    if (message.kind === "session" && message.maker !== "import")
      crew[0]?.tell({ kind: "follow", session: message.session });
  };
  const options: CrewOptions = { root: store.root, folder: own, rotateMs: rotationMs(seconds), seed, hear };
  try {
    const lasted = await work(store, notes, crew, options, () => untilOver(seconds, crew, signal));
    const { events, wrong } = await checkStore(store, notes);
    notes.add(wrong);
    const isWell = notes.wrong.length === 0;
    if (isWell) rmSync(folder, { recursive: true, force: true });
    return {
      seconds: lasted,
      readings: new Map(crew.map(({ name, readings }) => [name, readings])),
      events,
      wrong: notes.wrong,
      kept: isWell ? undefined : folder,
      ...count(notes),
    };
  } finally {
    for (const { kill } of crew) kill();
  }
}

/** Starts all, lets them work, and ends them: who makes events before who takes them in, and that before who reads them. */
async function work(
  store: OpenedStore,
  notes: Notes,
  crew: Member[],
  options: CrewOptions,
  wait: () => Promise<void>,
): Promise<number> {
  const start = async (name: ParticipantName): Promise<Member> => {
    const member = startMember(name, options);
    crew.push(member);
    await member.ready;
    return member;
  };
  const end = async (members: readonly Member[], registrySeq?: number): Promise<void> => {
    const ended = members.map(async ({ name, end: stop }) => {
      const how = await stop(registrySeq);
      if (how !== undefined) notes.add([`the ${name} ${how}`]);
    });
    await Promise.all(ended);
  };
  // The first: it is told of each session before that begins.
  const follower = await start("follower");
  const [projector, drainer, ...makers] = await Promise.all([
    start("projector"),
    start("drainer"),
    start("importer"),
    start("agent"),
    start("writer"),
  ]);
  const begun = performance.now();
  await wait();
  const lasted = (performance.now() - begun) / 1000;
  await end(makers);
  await end([drainer]);
  await using registryLog = openRegistryLog(store);
  await end([follower, projector], registryLog.stat().lastSeq);
  return lasted;
}

/** Until the time is over, or one of them is gone. */
async function untilOver(seconds: number, crew: readonly Member[], signal: AbortSignal | undefined): Promise<void> {
  const over = new AbortController();
  const signals = [over.signal, ...(signal === undefined ? [] : [signal])];
  const time = sleep(seconds * 1000, undefined, { signal: AbortSignal.any(signals) }).catch(() => {});
  await Promise.race([time, ...crew.map(({ ended }) => ended)]);
  over.abort();
}

function count({ sessions, followed }: Notes): Pick<SoakReport, "sessions" | "followed" | "acknowledged" | "hooks"> {
  const made = { writer: 0, hooks: 0, import: 0 };
  let [acknowledged, hooks] = [0, 0];
  for (const claims of sessions.values()) {
    made[claims.maker] += 1;
    acknowledged += claims.acknowledged?.count ?? 0;
    if (claims.maker === "hooks") hooks += claims.marks ?? 0;
  }
  const seen = [...followed.values()].reduce((sum, tally) => sum + tally.count, 0);
  return { sessions: made, followed: seen, acknowledged, hooks };
}
