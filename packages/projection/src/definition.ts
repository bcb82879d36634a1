import { type StoredEvent } from "@agentlog/event-log";
import { type JsonValue } from "@agentlog/types";
import { type IndexValue } from "./store.js";

/** A log folded into one state. `State` is JSON. `evolve` is pure and does not change its argument. */
export interface ProjectionDefinition<State extends JsonValue, Event = StoredEvent> {
  readonly kind: "projection";
  readonly name: string;
  /** One more with each change of meaning: what an older version kept is folded anew. */
  readonly version: number;
  readonly initial: State;
  readonly evolve: (state: State, event: Event) => State;
  readonly upcasters: readonly Upcaster[];
}

/** A log folded into keyed records, each read or changed without touching the others. */
export interface CollectionDefinition<Item extends JsonValue, Event = StoredEvent> {
  readonly kind: "collection";
  readonly name: string;
  readonly version: number;
  /** The records an event may change, none for an event that is not about any. */
  readonly key: (event: Event) => string | readonly string[] | undefined;
  /**
   * The record after the event; undefined removes it. Called for each key; `others` gives the other records of the event's
   * keys as they were before it.
   */
  readonly evolve: (item: Item | undefined, event: Event, context: EvolveContext<Item>) => Item | undefined;
  readonly indexes: Readonly<Record<string, (item: Item) => readonly IndexValue[]>>;
  /** Texts that full-text search finds the record by. Absent: it is not searched. */
  readonly text?: (item: Item) => readonly string[];
  readonly upcasters: readonly Upcaster[];
}

export interface EvolveContext<Item> {
  readonly key: string;
  readonly others: (key: string) => Item | undefined;
}

/** Turns the data of an event of an older shape into the next one. `from` is the value of the data's `version`, 1 where it has none. */
export interface Upcaster {
  readonly type: string;
  readonly from: number;
  readonly upcast: (data: Readonly<Record<string, JsonValue>>) => Readonly<Record<string, JsonValue>>;
}
