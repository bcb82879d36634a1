import { type Collection } from "@agentlog/projection";
import { type FindFilter, type SessionRecord } from "../contract.js";
import { type StoredSession } from "../fold/collection.js";
import { type Query, toQuery } from "./filter.js";
import { keysInAll } from "./in-all.js";

type Records = Pick<Collection<StoredSession>, "getAll" | "scan" | "search" | "hits">;

const DEFAULT_LIMIT = 50;
/** Sessions with rare words: as many are simply read. */
const FEW_HITS = 300;
/** Keys asked of the full-text index at once. */
const PAGE_OF_HITS = 1000;
/** And when all of them are wanted. */
const LARGE_PAGE_OF_HITS = 20_000;
/** Sessions read at once, if no more are wanted. */
const LEAST_READ = 16;
/** Sessions looked at in the hope that words which many have are words that the latest have, too. */
const HOPEFUL_LOOKS = 1000;

/** Sessions that pass every filter, those with the latest progress first. Throws `USAGE` for a time that is none. */
export async function findSessions(records: Records, filter: FindFilter): Promise<readonly SessionRecord[]> {
  const { limit = DEFAULT_LIMIT } = filter;
  const query = toQuery(filter);
  // Also for a limit that is no number.
  if (!(limit >= 1) || query.words?.length === 0) return [];
  const most = Math.floor(limit);
  if (query.alias !== undefined) return await findByAlias(records, query, query.alias, most);
  if (query.words === undefined) return (await latest(records, query, most, {})).found;
  return await findByText(records, query, query.words.join(" "), most);
}

/** One session has an alias, or some that a damaged log gave it to. */
async function findByAlias(
  records: Records,
  query: Query,
  alias: string,
  most: number,
): Promise<readonly SessionRecord[]> {
  const entries = await records.scan("alias", { prefix: [alias], limit: PAGE_OF_HITS });
  return await read(
    records,
    query,
    entries.map(({ key }) => key),
    most,
  );
}

async function findByText(
  records: Records,
  query: Query,
  text: string,
  most: number,
): Promise<readonly SessionRecord[]> {
  const some = await records.hits(text, FEW_HITS + 1);
  if (some.length <= FEW_HITS) return await read(records, query, some, most);
  // Common words are soon found among the latest; asking for them would sort all that have them.
  const hopeful = await latest(records, query, most, { looks: HOPEFUL_LOOKS });
  if (hopeful.isAll) return hopeful.found;
  const first = await records.search(text, { limit: PAGE_OF_HITS });
  // The words are not those of the latest sessions: from here on only sessions that have them are read.
  const hits = new Set(first);
  let after = first.length === PAGE_OF_HITS ? first.at(-1) : undefined;
  while (after !== undefined) {
    const page = await records.search(text, { limit: LARGE_PAGE_OF_HITS, after });
    for (const key of page) hits.add(key);
    after = page.length === LARGE_PAGE_OF_HITS ? page.at(-1) : undefined;
  }
  return (await latest(records, query, most, { among: hits })).found;
}

interface Within {
  /** Only these are read. */
  readonly among?: ReadonlySet<string>;
  /** No more than so many are read. */
  readonly looks?: number;
}

/** The latest sessions that pass, and whether these are all that were wanted. */
async function latest(
  records: Records,
  { lists, from, to, matches }: Query,
  most: number,
  { among, looks = Number.POSITIVE_INFINITY }: Within,
): Promise<{ readonly found: readonly SessionRecord[]; readonly isAll: boolean }> {
  const found = new Map<string, SessionRecord>();
  const bounds = { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
  let looked = 0;
  let keys: string[] = [];
  const readKeys = async (): Promise<void> => {
    for (const record of await records.getAll(keys)) {
      if (record !== undefined && matches(record) && found.size < most) found.set(record.session, record);
    }
    keys = [];
  };
  for await (const key of keysInAll(records, lists, bounds)) {
    if (among?.has(key) === false) continue;
    if (looked++ >= looks) {
      await readKeys();
      return { found: [...found.values()], isAll: found.size >= most };
    }
    keys.push(key);
    // As many as are still wanted may be the ones.
    if (keys.length >= Math.max(most - found.size, LEAST_READ)) await readKeys();
    if (found.size >= most) break;
  }
  await readKeys();
  return { found: [...found.values()], isAll: true };
}

/** Those of the keys that pass, the latest progress first. */
async function read(
  records: Records,
  { matches }: Query,
  keys: readonly string[],
  most: number,
): Promise<readonly SessionRecord[]> {
  const all = await records.getAll(keys);
  const found = all.filter((record) => record !== undefined && matches(record)) as SessionRecord[];
  found.sort((a, b) => compare(b.progress, a.progress) || compare(b.session, a.session));
  return found.slice(0, most);
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
