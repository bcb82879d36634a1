import { type StoredEvent } from "@agentlog/event-log";
import { type JsonValue } from "@agentlog/types";
import { type ProjectionDefinition } from "./definition.js";
import { type StartFold } from "./fold.js";
import { toPlainJson } from "./plain-json.js";
import { createUpcast } from "./upcast.js";

/** A projection's state is kept as the one record of a collection without indexes. */
export const STATE_KEY = "state";

/** Folds events into one state. */
export function stateFold<State extends JsonValue, Event extends StoredEvent>(
  definition: ProjectionDefinition<State, Event>,
): StartFold<Event> {
  const upcast = createUpcast(definition.upcasters);
  return (store) => {
    let state: State | undefined;
    const evolve = (event: Event, before: State): void => {
      state = toPlainJson(definition.evolve(before, upcast(event)));
    };
    const load = async (event: Event): Promise<void> => {
      evolve(event, ((await store.get(STATE_KEY)) as State | undefined) ?? definition.initial);
    };
    return {
      apply: (event) => (state === undefined ? load(event) : evolve(event, state)),
      take: () => (state === undefined ? [] : [{ key: STATE_KEY, record: state, indexes: {} }]),
    };
  };
}
