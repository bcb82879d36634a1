import { createIdentityIndex, type IdentityMatches, lookupKeys } from "@agentlog/identity-resolution";
import { type Collection, type IndexEntry, type IndexRange } from "@agentlog/projection";
import { type SessionId, type Sighting } from "@agentlog/types";
import { type SessionRecord } from "./contract.js";
import { type StoredSession } from "./fold/collection.js";
import { knownSession } from "./known.js";

/** Sessions found under one key: more of them tell nothing further, and a hostile key must not make a look-up slow. */
const MOST_MATCHES = 50;

/** What a decision is made on: the read model, and over it what the same decision has changed so far. */
export interface View {
  get(session: string): Promise<SessionRecord | undefined>;
  /** The record, or the one it was merged into. */
  surviving(session: string): Promise<SessionRecord | undefined>;
  matches(sighting: Sighting): Promise<IdentityMatches>;
  scan(index: string, range: IndexRange): Promise<readonly IndexEntry[]>;
  change(record: SessionRecord): void;
}

export function createView(collection: Collection<StoredSession>): View {
  const changed = new Map<string, SessionRecord>();
  const index = createIdentityIndex();
  const get = async (session: string): Promise<SessionRecord | undefined> =>
    changed.get(session) ?? (await collection.get(session));
  return {
    get,
    surviving: (session) => survivingRecord(get, session),
    matches: async (sighting) => {
      const found: { key: IdentityMatches[number]["key"]; session: IdentityMatches[number]["session"] }[] = [];
      for (const key of lookupKeys(sighting)) {
        const [name, ...value] = key;
        for (const { key: session } of await collection.scan(name, { prefix: value, limit: MOST_MATCHES })) {
          if (changed.has(session)) continue;
          const record = await collection.get(session);
          if (record !== undefined) found.push({ key, session: knownSession(record) });
        }
      }
      return [...found, ...index.matches(sighting)];
    },
    scan: async (name, range) => collection.scan(name, range),
    change: (record) => {
      changed.set(record.session, record);
      if (record.mergedInto === undefined) index.put(knownSession(record));
      else index.remove(record.session);
    },
  };
}

/** The record that a session's merges lead to. */
export async function survivingRecord(
  get: (session: string) => Promise<SessionRecord | undefined>,
  session: string,
): Promise<SessionRecord | undefined> {
  const passed = new Set<string>();
  let record = await get(session);
  while (record?.mergedInto !== undefined && !passed.has(record.session)) {
    passed.add(record.session);
    record = await get(record.mergedInto);
  }
  return record;
}

/** True when `ancestor` is the session itself or above it. */
export async function descendsFrom(view: View, session: SessionId, ancestor: SessionId): Promise<boolean> {
  const passed = new Set<string>();
  for (let at: string | undefined = session; at !== undefined && !passed.has(at);) {
    passed.add(at);
    const record: SessionRecord | undefined = await view.surviving(at);
    if (at === ancestor || record?.session === ancestor) return true;
    at = record?.parent?.session;
  }
  return false;
}
