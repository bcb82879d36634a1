import { type StoredEvent } from "@agentlog/event-log";
import { type JsonValue } from "@agentlog/types";
import { collectionFold } from "../collection-fold.js";
import { type CollectionDefinition, type ProjectionDefinition } from "../definition.js";
import { type StartFold } from "../fold.js";
import { memoryStore } from "../memory-store.js";
import { stateFold, STATE_KEY } from "../state-fold.js";
import { type IndexEntry, type IndexRange, type ReadModelStore } from "../store.js";
import { toWords } from "../words.js";

/** An event as a test writes it; the log's own fields are made up. */
export type TestEvent = { readonly type: string; readonly data?: object } & Readonly<Record<string, unknown>>;

/** What a definition makes of events. What `evolve` throws is thrown. */
export type Given<Definition> =
  Definition extends ProjectionDefinition<infer State, infer _Event>
    ? { state(): Promise<State> }
    : Definition extends CollectionDefinition<infer Item, infer _Event>
      ? {
          /** All records by their keys, in the order of keys. */
          records(): Promise<ReadonlyMap<string, Item>>;
          get(key: string): Promise<Item | undefined>;
          scan(index: string, range?: Partial<IndexRange>): Promise<readonly IndexEntry[]>;
          search(text: string): Promise<readonly string[]>;
        }
      : never;

/**
 * Folds events in memory, for tests of one's own definitions: `await given(sessions, [started, ended]).get("s1")`. Events
 * are numbered from 0 and get an id and a time where they have none.
 */
export function given<State extends JsonValue, Event extends StoredEvent>(
  definition: ProjectionDefinition<State, Event>,
  events: readonly TestEvent[],
): Given<ProjectionDefinition<State, Event>>;
export function given<Item extends JsonValue, Event extends StoredEvent>(
  definition: CollectionDefinition<Item, Event>,
  events: readonly TestEvent[],
): Given<CollectionDefinition<Item, Event>>;
export function given<Event extends StoredEvent>(
  definition: ProjectionDefinition<JsonValue, Event> | CollectionDefinition<JsonValue, Event>,
  events: readonly TestEvent[],
): unknown {
  const start: StartFold<Event> = definition.kind === "projection" ? stateFold(definition) : collectionFold(definition);
  const folded = foldAll(start, events);
  // Whoever asks hears of it; unasked, it is no unhandled rejection.
  folded.catch(() => {});
  const everything = { limit: Number.MAX_SAFE_INTEGER };
  if (definition.kind === "projection") {
    return { state: async () => (await (await folded).get(STATE_KEY)) ?? definition.initial };
  }
  return {
    records: async () =>
      new Map((await (await folded).records(everything)).map(({ key, record }) => [key, record] as const)),
    get: async (key: string) => await (await folded).get(key),
    scan: async (index: string, range?: Partial<IndexRange>) =>
      await (await folded).scan(index, { ...everything, ...range }),
    search: async (text: string) => await (await folded).search(toWords(text), everything),
  };
}

async function foldAll<Event extends StoredEvent>(
  start: StartFold<Event>,
  events: readonly TestEvent[],
): Promise<ReadModelStore> {
  const store = memoryStore()({ name: "given", version: 1, indexes: [], fullText: true });
  const fold = start(store);
  for (const [seq, event] of events.entries()) await fold.apply(toStored(event, seq) as Event);
  await store.commit(fold.take(), undefined, { seq: events.length - 1, offset: 0, id: "", crc: "" });
  return store;
}

function toStored(event: TestEvent, seq: number): StoredEvent {
  const time = new Date(seq * 1_000).toISOString();
  return { id: `evt_${seq}`, time, data: {}, ...event, seq, writer: "test.0", prev: "", crc: "" };
}
