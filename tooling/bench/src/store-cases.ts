import { makeEvents } from "./events.js";
import { type EventStore } from "./alternatives/event-store.js";
import { timedEach } from "./harness.js";

/** Stores as cases of a run: each round appends so many new events, and in the end all of them must be there. */
export interface StoreCases {
  add(name: string, store: EventStore, eventsEachRound: number): void;
  readonly cases: Readonly<Record<string, () => Promise<number>>>;
  /** Reads every store back. Throws when one has not stored what it was given. */
  verify(): Promise<void>;
}

export function createStoreCases(bytes: number): StoreCases {
  const stores: { name: string; store: EventStore; given: number }[] = [];
  const cases: Record<string, () => Promise<number>> = {};
  return {
    add: (name, store, eventsEachRound) => {
      const one = { name, store, given: 0 };
      stores.push(one);
      cases[name] = async () => {
        const events = makeEvents(eventsEachRound, bytes);
        one.given += events.length;
        return await timedEach(events.length, () => store.append(events));
      };
    },
    cases,
    verify: async () => {
      for (const { name, store, given } of stores) {
        await store.close();
        const stored = await store.stored();
        if (stored !== given) throw new Error(`${name} stored ${stored} of ${given} events`);
      }
    },
  };
}
