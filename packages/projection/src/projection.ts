import { type StoredEvent } from "@agentlog/event-log";
import { type JsonValue } from "@agentlog/types";
import { type ProjectionDefinition } from "./definition.js";
import { type CaughtUp } from "./fold.js";
import { type OpenOptions, type WatchOptions } from "./open-options.js";
import { openReadModelOf } from "./read-model.js";
import { stateFold, STATE_KEY } from "./state-fold.js";
import { createStateStore } from "./state-store.js";
import { type FoldPosition } from "./store.js";

/** A log's one state. After `close` everything throws `CLOSED`. */
export interface Projection<State extends JsonValue> extends AsyncDisposable {
  /** The state as it was folded when `catchUp` was last called; the first call catches up by itself. */
  state(): Promise<State>;
  /** As a collection's. */
  catchUp(): Promise<CaughtUp>;
  /** Forgets what was kept and folds the whole log. */
  rebuild(): Promise<CaughtUp>;
  /** Catches up whenever the log changes, and tells how far, until the signal or `close`. */
  watch(options?: WatchOptions): AsyncIterable<FoldPosition | undefined>;
  /** How far this handle has folded. */
  readonly position: FoldPosition | undefined;
  /** Writes the state if that saves the next one work, and lets go of the store. */
  close(): Promise<void>;
}

/** Opens a projection. Nothing is read until it is used. */
export function openProjection<State extends JsonValue, Event extends StoredEvent>(
  definition: ProjectionDefinition<State, Event>,
  options: OpenOptions<Event>,
): Projection<State> {
  const { name, version, initial } = definition;
  const spec = { name, version, indexes: [], fullText: false };
  const store = createStateStore(options.store);
  const model = openReadModelOf(spec, stateFold(definition), { ...options, store });
  return {
    state: async () => ((await model.read((kept) => kept.get(STATE_KEY))) as State | undefined) ?? initial,
    catchUp: model.catchUp,
    rebuild: model.rebuild,
    watch: model.watch,
    get position() {
      return model.position;
    },
    close: model.close,
    [Symbol.asyncDispose]: model.close,
  };
}
