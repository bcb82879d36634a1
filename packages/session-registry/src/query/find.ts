import { type Collection, type IndexEntry, type IndexRange, toWords } from "@agentlog/projection";
import { agentlogError } from "@agentlog/types";
import { type FindFilter, type SessionRecord } from "../contract.js";
import { instant } from "../fields.js";
import { directoriesAbove, sessionCollection, type StoredSession } from "../fold/collection.js";

type Records = Pick<Collection<StoredSession>, "get" | "scan" | "search">;

/** Entries of an index read at once; the first page is small, because most questions are about the latest few. */
const FIRST_PAGE = 64;
const PAGE = 500;
/** A word that more sessions have is too common to collect them all; the latest are looked through instead. */
const MOST_HITS = 1000;
const DEFAULT_LIMIT = 50;

/** Sessions that pass every filter, those with the latest progress first. Throws `USAGE` for a time that is none. */
export async function findSessions(records: Records, filter: FindFilter): Promise<readonly SessionRecord[]> {
  const { limit = DEFAULT_LIMIT } = filter;
  const bounds = { ...bound(filter.since, "since"), ...bound(filter.until, "until") };
  const words = filter.text === undefined ? [] : toWords(filter.text);
  if (filter.text !== undefined && words.length === 0) return [];
  if (limit <= 0) return [];
  const wanted = tests(filter, words, bounds);
  const matches = (record: SessionRecord): boolean => wanted.every((test) => test(record));
  if (words.length > 0) {
    const hits = await rareHits(records, words);
    if (hits !== undefined) return newestFirst(hits.filter(matches)).slice(0, limit);
  }
  const { index, prefix } = narrowest(filter);
  const found: SessionRecord[] = [];
  const range = { prefix, reverse: true, ...bounds };
  for await (const entry of entries(records, index, range)) {
    const record = await records.get(entry.key);
    if (record !== undefined && matches(record)) found.push(record);
    if (found.length >= limit) break;
  }
  return found;
}

async function* entries(records: Records, index: string, range: Omit<IndexRange, "limit">): AsyncGenerator<IndexEntry> {
  let after: IndexEntry | undefined;
  for (let limit = FIRST_PAGE; ; limit = PAGE) {
    const page = await records.scan(index, { ...range, limit, ...(after === undefined ? {} : { after }) });
    yield* page;
    after = page.at(-1);
    if (page.length < limit) return;
  }
}

/** All sessions with these words; undefined when there are too many. */
async function rareHits(records: Records, words: readonly string[]): Promise<readonly SessionRecord[] | undefined> {
  const keys = await records.search(words.join(" "), { limit: MOST_HITS });
  if (keys.length >= MOST_HITS) return undefined;
  const found: SessionRecord[] = [];
  for (const key of keys) {
    const record = await records.get(key);
    if (record !== undefined) found.push(record);
  }
  return found;
}

/** The index that leaves the fewest to look at, as far as that can be said without counting. */
function narrowest(filter: FindFilter): { readonly index: string; readonly prefix: readonly string[] } {
  const { alias, task, project, branch, cwd, outcome, activity, agent } = filter;
  if (alias !== undefined) return { index: "alias", prefix: [alias.normalize("NFC")] };
  if (task !== undefined) return { index: "task", prefix: [task] };
  if (project !== undefined) return { index: "project", prefix: [project] };
  if (branch !== undefined) return { index: "branch", prefix: [branch] };
  if (cwd !== undefined) return { index: "cwd", prefix: [directoryOf(cwd)] };
  if (outcome !== undefined && outcome !== "open") return { index: "outcome", prefix: [outcome] };
  if (activity !== undefined && activity !== "active") return { index: "activity", prefix: [activity] };
  if (agent !== undefined) return { index: "agent", prefix: [agent] };
  if (outcome !== undefined) return { index: "outcome", prefix: [outcome] };
  if (activity !== undefined) return { index: "activity", prefix: [activity] };
  return { index: "recent", prefix: [] };
}

/** Each filter as a test of its own: what one index does not narrow, these do. */
function tests(
  filter: FindFilter,
  words: readonly string[],
  { from, to }: { readonly from?: string; readonly to?: string },
): readonly ((record: SessionRecord) => boolean)[] {
  const { alias, task, project, branch, cwd, outcome, activity, agent } = filter;
  const list: ((record: SessionRecord) => boolean)[] = [(record) => record.mergedInto === undefined];
  if (alias !== undefined) list.push((record) => record.alias === alias.normalize("NFC"));
  if (task !== undefined) list.push((record) => record.tasks.includes(task));
  if (project !== undefined) list.push((record) => record.projects.includes(project));
  if (branch !== undefined) list.push((record) => record.branch === branch || record.branchAtStart === branch);
  if (cwd !== undefined) {
    const directory = directoryOf(cwd);
    list.push((record) => record.cwd !== undefined && directoriesAbove(record.cwd).includes(directory));
  }
  if (outcome !== undefined) list.push((record) => record.outcome === outcome);
  if (activity !== undefined) list.push((record) => record.activity === activity);
  if (agent !== undefined)
    list.push((record) => record.agent === agent || record.natives.some((one) => one.agent === agent));
  if (from !== undefined) list.push((record) => record.progress >= from);
  if (to !== undefined) list.push((record) => record.progress < to);
  if (words.length > 0) list.push((record) => hasWords(record, words));
  return list;
}

function hasWords(record: SessionRecord, words: readonly string[]): boolean {
  const own = (sessionCollection.text?.(record as StoredSession) ?? []).flatMap((text) => toWords(text));
  return words.every((word) => own.some((one) => one.startsWith(word)));
}

function directoryOf(path: string): string {
  return directoriesAbove(path).at(-1) ?? path;
}

function newestFirst(records: readonly SessionRecord[]): readonly SessionRecord[] {
  const keyed = records.map((record) => ({ record, latest: record.progress }));
  keyed.sort((a, b) => compare(b.latest, a.latest) || compare(b.record.session, a.record.session));
  return keyed.map(({ record }) => record);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function bound(text: string | undefined, name: "since" | "until"): { readonly from?: string; readonly to?: string } {
  if (text === undefined) return {};
  const at = instant(text);
  if (at !== undefined) return name === "since" ? { from: at } : { to: at };
  const hint = "give a time such as 2026-07-01T12:00:00Z";
  throw agentlogError("USAGE", `${name} is no point in time; ${hint}`, { hint });
}
