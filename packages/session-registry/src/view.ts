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
  /** Entries of the read model alone. */
  scan(index: string, range: IndexRange): Promise<readonly IndexEntry[]>;
  /** Whether a session may have been named as a parent; false only if it has not. */
  hasChild(session: string): Promise<boolean>;
  change(record: SessionRecord): void;
  /** A view to try a change on. */
  fork(): View;
}

export function createView(collection: Collection<StoredSession>, from: Iterable<SessionRecord> = []): View {
  const changed = new Map<string, SessionRecord>();
  const parents = new Set<string>();
  const index = createIdentityIndex();
  const get = async (session: string): Promise<SessionRecord | undefined> =>
    changed.get(session) ?? (await collection.get(session));
  const view: View = {
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
    hasChild: async (session) =>
      parents.has(session) || (await collection.scan("parent", { prefix: [session], limit: 1 })).length > 0,
    change: (record) => {
      changed.set(record.session, record);
      if (record.parent !== undefined) parents.add(record.parent.session);
      if (record.mergedInto === undefined) index.put(knownSession(record));
      else index.remove(record.session);
    },
    fork: () => createView(collection, changed.values()),
  };
  for (const record of from) view.change(record);
  return view;
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
