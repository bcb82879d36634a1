import { type StoredEvent } from "@agentlog/event-log";
import { type JsonValue } from "@agentlog/types";
import { type CollectionDefinition } from "./definition.js";
import { type Fold, type StartFold } from "./fold.js";
import { toPlainJson } from "./plain-json.js";
import { type Change, type IndexValue, type ReadModelStore } from "./store.js";
import { createUpcast } from "./upcast.js";
import { toWords } from "./words.js";

/** A record after an event, with what its indexes and its text make of it. */
interface Draft<Item> {
  readonly item: Item | undefined;
  readonly indexes: Readonly<Record<string, readonly IndexValue[]>>;
  readonly texts: readonly string[] | undefined;
}

/**
 * Folds events into records: reads through what was changed and not written yet, so that a batch is one write. Indexes and
 * texts are made after each event, not once a batch, so that one that throws is that event's fault for every cut of the
 * log [PR-3].
 */
export function collectionFold<Item extends JsonValue, Event extends StoredEvent>(
  definition: CollectionDefinition<Item, Event>,
): StartFold<Event> {
  const { key, evolve, indexes, text } = definition;
  const upcast = createUpcast(definition.upcasters);

  const draftOf = (item: Item | undefined): Draft<Item> => {
    if (item === undefined) return { item, indexes: {}, texts: undefined };
    const values = Object.entries(indexes).map(([name, index]) => [name, assertValues(index(item))] as const);
    return {
      item,
      indexes: Object.fromEntries(values),
      texts: text === undefined ? undefined : assertTexts(text(item)),
    };
  };

  return (store: ReadModelStore): Fold<Event> => {
    let drafts = new Map<string, Draft<Item>>();

    const apply = async (event: Event, keys: readonly string[]): Promise<void> => {
      const before = new Map<string, Item | undefined>();
      for (const one of keys) {
        const draft = drafts.get(one);
        before.set(one, draft === undefined ? ((await store.get(one)) as Item | undefined) : draft.item);
      }
      const after = keys.map((one) => {
        const item = evolve(before.get(one), event, { key: one, others: (other) => before.get(other) });
        return [one, draftOf(item === undefined ? undefined : toPlainJson(item))] as const;
      });
      for (const [one, draft] of after) drafts.set(one, draft);
    };

    return {
      apply: (stored) => {
        const event = upcast(stored);
        const keys = toKeys(key(event));
        // Not even a turn of the event loop for an event that is about no record.
        return keys.length === 0 ? undefined : apply(event, keys);
      },
      take: () => {
        const changes = [...drafts].map(([one, draft]) => toChange(one, draft));
        drafts = new Map();
        return changes;
      },
    };
  };
}

function toChange<Item extends JsonValue>(key: string, { item, indexes, texts }: Draft<Item>): Change {
  if (item === undefined) return { key, record: undefined };
  if (texts === undefined) return { key, record: item, indexes };
  return { key, record: item, indexes, words: [...new Set(texts.flatMap((text) => toWords(text)))] };
}

function toKeys(keys: string | readonly string[] | undefined): readonly string[] {
  if (keys === undefined) return [];
  const all = typeof keys === "string" ? [keys] : [...new Set(keys)];
  for (const key of all) if (typeof key !== "string") throw new TypeError("a key is no string");
  return all;
}

function assertValues(values: readonly IndexValue[]): readonly IndexValue[] {
  for (const value of values) {
    for (const part of value) if (typeof part !== "string") throw new TypeError("an index value is no list of strings");
  }
  if (values.length < 2) return values;
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

function assertTexts(texts: readonly string[]): readonly string[] {
  for (const text of texts) if (typeof text !== "string") throw new TypeError("a text is no string");
  return texts;
}
