import path from "node:path";
import { fileSnapshotStore, openBindings } from "@agentlog/snapshot-store";
import { type Acknowledgement } from "../common/acknowledgements.js";
import { type Outcome } from "../lab/run.js";
import { naivePath, readNaively } from "./naive-store.js";
import { KEYS, type Tally, type Way } from "./storm-orders.js";

interface Stored {
  readonly version: number;
  readonly document: Tally;
}

/**
 * Compares the documents with what was acknowledged. Nobody's count is lower than he was told, no version was given twice, a
 * worker's versions went up, and the counts of a document add up to its version: each save was made exactly once.
 */
export async function judgeDocuments(
  way: Way,
  directory: string,
  acknowledgements: readonly Acknowledgement[],
): Promise<Outcome> {
  const problems: string[] = [];
  const stored = new Map<string, Stored>();
  for (const key of KEYS) {
    try {
      const found = await (way === "naive" ? loadNaively(directory, key) : loadAndGoOn(directory, key));
      if (found !== undefined) stored.set(key, found);
    } catch (error) {
      problems.push(`${key}: ${String(error)}`);
    }
  }
  for (const [key, { version, document }] of stored) {
    const sum = Object.values(document.counts).reduce((total, count) => total + count, 0);
    if (sum !== version) problems.push(`version ${version} of ${key} has ${sum} saves`);
  }
  const saves = acknowledgements.filter(({ id }) => !id.startsWith('["bound"'));
  const versions = new Set<string>();
  const last = new Map<string, number>();
  let [lost, twice, outOfOrder] = [0, 0, 0];
  for (const { id, seq } of saves) {
    const [key, name, count] = JSON.parse(id) as [string, string, number];
    const found = stored.get(key);
    if (found === undefined || (found.document.counts[name] ?? 0) < count || found.version < seq) lost++;
    const version = `${key} ${seq}`;
    if (versions.has(version)) twice++;
    versions.add(version);
    const before = last.get(`${key} ${name}`) ?? 0;
    if (seq <= before) outOfOrder++;
    last.set(`${key} ${name}`, seq);
  }
  const bound = await judgeBindings(directory, acknowledgements);
  return { acknowledged: acknowledgements.length, lost: lost + bound, twice, outOfOrder, problems };
}

/** How many were told of another session than the room is bound to. */
async function judgeBindings(directory: string, acknowledgements: readonly Acknowledgement[]): Promise<number> {
  const told = acknowledgements.filter(({ id }) => id.startsWith('["bound"'));
  if (told.length === 0) return 0;
  const bindings = openBindings({
    file: path.join(directory, "..", "bindings.json"),
    quarantineDirectory: path.join(directory, "..", "quarantine"),
  });
  const sessions = new Map((await bindings.list()).map(({ room, session }) => [room, session]));
  return told.filter(({ id }) => {
    const [, room, session] = JSON.parse(id) as [string, string, string];
    return sessions.get(room) !== session;
  }).length;
}

/** The document, which takes the next save under the next version. */
async function loadAndGoOn(directory: string, key: string): Promise<Stored | undefined> {
  const store = fileSnapshotStore<Tally>({ directory, keep: 3 });
  const found = await store.load(key);
  if (found === undefined) return undefined;
  const { version, document } = found;
  const next = await store.save(`${key} after`, document, { ifVersion: 0 });
  const over = await store.save(key, document);
  const history = await store.history(key);
  if (next.version !== 1 || over.version !== version + 1) throw new Error(`after ${version} comes ${over.version}`);
  if (history[0]?.version !== version + 1) throw new Error("its history does not begin with the last save");
  return { version, document };
}

async function loadNaively(directory: string, key: string): Promise<Stored | undefined> {
  const found = readNaively(naivePath(directory, key));
  return found === undefined ? undefined : { version: found.version, document: found };
}
