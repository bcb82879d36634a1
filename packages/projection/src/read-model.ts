import { nodeDisk } from "@agentlog/durable-fs";
import { type StoredEvent } from "@agentlog/event-log";
import { agentlogError } from "@agentlog/types";
import { createCatchUp } from "./catch-up.js";
import { type CaughtUp, type StartFold } from "./fold.js";
import { type OpenOptions, type WatchOptions } from "./open-options.js";
import { type Awaitable, type FoldPosition, type ReadModelSpec, type ReadModelStore } from "./store.js";
import { createTurns } from "./turns.js";
import { watchLog } from "./watch.js";

/** An open store that follows a log: what projections and collections share. */
export interface ReadModel {
  catchUp(): Promise<CaughtUp>;
  rebuild(): Promise<CaughtUp>;
  watch(options?: WatchOptions): AsyncIterable<FoldPosition | undefined>;
  /** Runs a read on a store that has all that this handle has folded, and is not being folded anew by another process. */
  read<Result>(run: (store: ReadModelStore) => Awaitable<Result>): Promise<Result>;
  readonly position: FoldPosition | undefined;
  close(): Promise<void>;
}

export function openReadModelOf<Event extends StoredEvent>(
  spec: ReadModelSpec,
  startFold: StartFold<Event>,
  options: OpenOptions<Event>,
): ReadModel {
  const { log, onBadEvent = "skip", onProblem = () => {}, disk = nodeDisk } = options;
  const projection = spec.name;
  const store = options.store({ ...spec, onProblem });
  const catchUpOnce = createCatchUp({ projection, log, store, startFold, onBadEvent, onProblem, disk });
  const turns = createTurns();
  const closing = new AbortController();
  let position: FoldPosition | undefined;
  let isFolded = false;

  const assertOpen = (): void => {
    if (!closing.signal.aborted) return;
    throw agentlogError("CLOSED", `projection ${projection} is closed; open it again to use it`, { what: projection });
  };

  const foldAll = async (): Promise<CaughtUp> => {
    assertOpen();
    const caughtUp = await catchUpOnce();
    position = caughtUp.position;
    isFolded = true;
    return caughtUp;
  };
  const catchUp = turns.share(foldAll);

  const hasAll = (kept: FoldPosition | undefined): boolean => (kept?.seq ?? -1) >= (position?.seq ?? -1);

  /** [PR-1] Another process may be folding anew: what it has not folded yet must not be taken for what there is not. */
  const read = async <Result>(run: (store: ReadModelStore) => Awaitable<Result>): Promise<Result> => {
    assertOpen();
    for (let fresh = isFolded; ; fresh = true) {
      if (!fresh || !hasAll(await store.position())) await catchUp();
      const result = await run(store);
      if (hasAll(await store.position())) return result;
    }
  };

  return {
    catchUp: async () => await catchUp(),
    rebuild: async () =>
      await turns.next(async () => {
        assertOpen();
        isFolded = false;
        position = undefined;
        await store.clear();
        return await foldAll();
      }),
    read,
    watch: ({ debounceMs = 50, pollMs = 1_000, signal } = {}) =>
      watchLog({
        disk,
        path: log.path,
        debounceMs,
        pollMs,
        signal: signal === undefined ? closing.signal : AbortSignal.any([signal, closing.signal]),
        look: async () => (await catchUp()).position,
      }),
    get position() {
      return position;
    },
    close: async () => {
      if (closing.signal.aborted) return;
      closing.abort();
      await turns.next(async () => await store.close());
    },
  };
}
