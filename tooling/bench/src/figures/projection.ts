import path from "node:path";
import { openStore } from "@agentlog/durable-fs";
import { type EventLog, openEventLog } from "@agentlog/event-log";
import { type Collection, hasSqlite, openCollection } from "@agentlog/projection";
import { openRegistry } from "@agentlog/session-registry";
import { compare, type Samples } from "../compare.js";
import { type Bench, type Family, type Figure, type Measured, type Results } from "../figure.js";
import { type Note, type NoteEvent, noteEvent, noteKey, notes, notesOf, storeOf } from "../fixtures/notes.js";
import { sighting, storeWithReadModel } from "../fixtures/sessions.js";
import { timed, timedEach } from "../harness.js";
import { runJob } from "../run-job.js";

const KINDS = ["sqlite", "file"] as const;
type Kind = (typeof KINDS)[number];

const keptUp = (kind: Kind): Figure => ({
  name: `projection-event-${kind}`,
  title: `append one event and catch up, ${kind} store: the large number of records : 100 (time)`,
  limit: 2,
  direction: "at-most",
  unit: "x",
});
const getOne = (kind: Kind): Figure => ({
  name: `projection-get-${kind}`,
  title: `open and get one record in a process that just started, ${kind} store: the large number of records : 100 (time)`,
  limit: 4,
  direction: "at-most",
  unit: "x",
});
const SEEN: Figure = {
  name: "registry-seen",
  title: "registry, seen of one session: the large number of sessions : 100 (time)",
  limit: 2,
  direction: "at-most",
  unit: "x",
};

const FEW = 100;
const EVENTS = 50;

interface Open {
  readonly log: EventLog<NoteEvent>;
  readonly collection: Collection<Note>;
}

function openNotes(folder: string, kind: Kind): Open {
  const log = openEventLog<NoteEvent>(path.join(folder, "events.jsonl"));
  return { log, collection: openCollection(notes, { log, store: storeOf(folder, kind) }) };
}

async function measureKind(bench: Bench, kind: Kind): Promise<readonly Measured[]> {
  const folders = {
    few: await notesOf(bench.folder, FEW, kind),
    many: await notesOf(bench.folder, bench.sessions, kind),
  };
  const get = (folder: string, records: number) => (): number => {
    const key = noteKey(Math.floor(records * 0.7));
    const { micros, events } = runJob("get-once", { folder, kind, key });
    if (events === 0) throw new Error(`no record ${key} in ${folder}`);
    return micros;
  };
  const got = await bench.interleave(
    { few: get(folders.few, FEW), many: get(folders.many, bench.sessions) },
    { rounds: 20, quick: 6 },
  );

  const [few, many] = [openNotes(folders.few, kind), openNotes(folders.many, kind)];
  let at = bench.sessions;
  const keepUp =
    ({ log, collection }: Open, records: number) =>
    async (): Promise<number> =>
      await timedEach(EVENTS, async () => {
        for (let n = 0; n < EVENTS; n++) {
          await log.append(noteEvent((at * 7919) % records, at++));
          await collection.catchUp();
        }
      });
  const kept = await bench.interleave(
    { few: keepUp(few, FEW), many: keepUp(many, bench.sessions) },
    { rounds: 40, quick: 12, warmUp: 4 },
  );
  for (const { log, collection } of [few, many]) {
    if (collection.position?.seq !== log.stat().lastSeq) throw new Error("the read model has not kept up");
    await collection.close();
    await log.close();
  }
  const of = (records: number, values: readonly number[]): Samples => ({
    name: `${records.toLocaleString("en")} records`,
    unit: "µs",
    values,
  });
  return [
    compare(keptUp(kind), of(bench.sessions, kept.many), of(FEW, kept.few)),
    compare(getOne(kind), of(bench.sessions, got.many), of(FEW, got.few)),
  ];
}

async function measureSeen({ folder, fixtures, sessions, interleave }: Bench): Promise<Measured> {
  const few = openRegistry(openStore(await storeWithReadModel(folder, FEW)));
  const many = openRegistry(openStore(await storeWithReadModel(fixtures, sessions)));
  let at = 0;
  const seen = (registry: typeof few, count: number) => async (): Promise<number> => {
    const time = new Date(Date.UTC(2027, 0, 1) + ++at * 1000).toISOString();
    const one = { ...sighting((at * 7919) % count), at: time, progress: time };
    return await timed(async () => {
      const [answer] = await registry.seen([one]);
      if (answer?.changed !== true) throw new Error("a sighting changed nothing");
    });
  };
  const times = await interleave(
    { few: seen(few, FEW), many: seen(many, sessions) },
    { rounds: 60, quick: 20, warmUp: 10 },
  );
  await few.close();
  await many.close();
  return compare(
    SEEN,
    { name: `${sessions.toLocaleString("en")} sessions`, unit: "ms", values: times.many },
    { name: `${FEW} sessions`, unit: "ms", values: times.few },
  );
}

async function measure(bench: Bench): Promise<Results> {
  const measured: Measured[] = [];
  for (const kind of KINDS) if (kind === "file" || hasSqlite()) measured.push(...(await measureKind(bench, kind)));
  return { measured: [...measured, await measureSeen(bench)] };
}

export const projection: Family = {
  name: "projection",
  nodes: "newest",
  figures: [...KINDS.map(keptUp), ...KINDS.map(getOne), SEEN],
  measure,
};
