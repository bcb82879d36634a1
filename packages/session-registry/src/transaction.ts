import { setTimeout as sleep } from "node:timers/promises";
import { type Lock } from "@agentlog/durable-fs";
import { type EventLog } from "@agentlog/event-log";
import { type Collection } from "@agentlog/projection";
import { isAgentlogError } from "@agentlog/types";
import { type SessionRecord } from "./contract.js";
import { type RegistryEvent } from "./events.js";
import { sessionCollection, type StoredSession } from "./fold/collection.js";
import { createView, type View } from "./view.js";

/** What was decided: events to append, and what to answer once they are in. */
export interface Decision<T> {
  readonly events: readonly RegistryEvent[];
  readonly result: T;
}

/** A change of the registry: decided on all that is in the log, and appended only if nothing has come since. */
export type Transact = <T>(decide: (view: View) => Promise<Decision<T>>) => Promise<T>;

export interface TransactionParts {
  readonly log: EventLog;
  readonly collection: Collection<StoredSession>;
  /** Keeps processes from deciding in vain; what is appended is safe without it. */
  readonly lock: Lock;
  readonly lockTimeoutMs: number;
}

/** After so many events of others in a row something is wrong with the lock. */
const MOST_CONFLICTS = 100;

export function createTransactions({ log, collection, lock, lockTimeoutMs }: TransactionParts): Transact {
  const attempt = async <T>(decide: (view: View) => Promise<Decision<T>>): Promise<T> => {
    const expectedSeq = log.stat().lastSeq;
    await collection.catchUp();
    const { events, result } = await decide(createView(collection));
    if (events.length > 0) {
      await log.appendMany(events, { expectedSeq });
      // It is in the log, whatever the read model says to it: the next call folds it.
      await collection.catchUp().catch(() => {});
    }
    return result;
  };
  return (decide) =>
    lock.run(
      async () => {
        for (let conflicts = 0; ; conflicts++) {
          try {
            return await attempt(decide);
          } catch (error) {
            if (!isAgentlogError(error, "SEQ_CONFLICT") || conflicts >= MOST_CONFLICTS) throw error;
            await sleep(Math.random() * Math.min(conflicts + 1, 20));
          }
        }
      },
      { timeoutMs: lockTimeoutMs },
    );
}

/** Applies an event that is yet to be appended to the view; returns the session's record after it. */
export async function foresee(view: View, event: RegistryEvent): Promise<SessionRecord | undefined> {
  const keys = [sessionCollection.key(event) ?? []].flat();
  const before = new Map<string, StoredSession | undefined>();
  for (const key of keys) before.set(key, await view.get(key));
  let own: SessionRecord | undefined;
  for (const key of keys) {
    const after = sessionCollection.evolve(before.get(key), event, { key, others: (other) => before.get(other) });
    if (after !== undefined) view.change(after);
    if (key === event.session) own = after;
  }
  return own;
}
