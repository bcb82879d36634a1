import { type SessionId, type Sighting } from "@agentlog/types";
import { type IdentityMatches, type KnownSession } from "./contract.js";
import { identityKeys, lookupKeys } from "./keys.js";

/** Known sessions in memory, by the keys that find them. What a call costs does not grow with their number. */
export interface IdentityIndex {
  /** Adds a session, in place of the one with its id. */
  put(known: KnownSession): void;
  /** False when there was none. */
  remove(session: SessionId): boolean;
  get(session: SessionId): KnownSession | undefined;
  /** What `resolveIdentity` needs to know for a sighting. */
  matches(sighting: Sighting): IdentityMatches;
  readonly size: number;
}

/** An empty index, or one of the given sessions. */
export function createIdentityIndex(sessions: Iterable<KnownSession> = []): IdentityIndex {
  const byId = new Map<SessionId, { readonly known: KnownSession; readonly keys: readonly string[] }>();
  const byKey = new Map<string, Set<SessionId>>();

  const remove = (session: SessionId): boolean => {
    for (const key of byId.get(session)?.keys ?? []) {
      const holders = byKey.get(key);
      holders?.delete(session);
      if (holders?.size === 0) byKey.delete(key);
    }
    return byId.delete(session);
  };

  const put = (known: KnownSession): void => {
    remove(known.session);
    const keys = identityKeys(known).map((key) => JSON.stringify(key));
    byId.set(known.session, { known, keys });
    for (const key of keys) {
      const holders = byKey.get(key);
      if (holders === undefined) byKey.set(key, new Set([known.session]));
      else holders.add(known.session);
    }
  };

  for (const known of sessions) put(known);
  return {
    put,
    remove,
    get: (session) => byId.get(session)?.known,
    matches: (sighting) =>
      lookupKeys(sighting).flatMap((key) =>
        [...(byKey.get(JSON.stringify(key)) ?? [])].flatMap((session) => {
          const entry = byId.get(session);
          return entry === undefined ? [] : [{ key, session: entry.known }];
        }),
      ),
    get size() {
      return byId.size;
    },
  };
}
