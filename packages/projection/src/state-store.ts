import { type JsonValue } from "@agentlog/types";
import { samePosition } from "./position.js";
import { type Change, type FoldPosition, type OpenReadModelStore } from "./store.js";

/** Bytes of the log worth folding again on the next start rather than writing any state down. */
const SMALL_TAIL_BYTES = 64 * 1024;

/**
 * [PR-2] Keeps a projection's state in memory over another store, and writes it there only when the log has grown by as
 * much as the state's size since: however large the state, an event costs the same, and a start folds no more than
 * reading the state costs.
 */
export function createStateStore(open: OpenReadModelStore): OpenReadModelStore {
  return (spec) => {
    const kept = open(spec);
    /** Undefined: nothing but what is kept. */
    let ahead: { change: Change; position: FoldPosition } | undefined;
    /** The kept position that `ahead` went on from. */
    let base: FoldPosition | undefined;
    let stateBytes = 0;

    const write = async (): Promise<void> => {
      if (ahead === undefined) return;
      const { change, position } = ahead;
      stateBytes = JSON.stringify(change.record)?.length ?? 0;
      if (await kept.commit([change], base, position)) {
        base = position;
        ahead = undefined;
      } else {
        // Another process has written: what it wrote is as good, and this one is not behind it.
        base = await kept.position();
      }
    };

    const isWorthIt = (): boolean =>
      (ahead?.position.offset ?? 0) - (base?.offset ?? 0) >= Math.max(SMALL_TAIL_BYTES, stateBytes);

    return {
      position: async () => {
        if (ahead !== undefined) return ahead.position;
        base = await kept.position();
        return base;
      },
      get: async (key): Promise<JsonValue | undefined> =>
        ahead?.change.key === key ? ahead.change.record : kept.get(key),
      scan: () => [],
      search: () => [],
      hits: () => [],
      records: async (page) => await kept.records(page),
      commit: async ([change], from, to) => {
        if (!samePosition(ahead?.position ?? base, from)) return false;
        const latest = change ?? ahead?.change;
        // Events that were all skipped, and nothing before them.
        if (latest === undefined) return await kept.commit([], from, to);
        ahead = { change: latest, position: to };
        if (isWorthIt()) await write();
        return true;
      },
      clear: async () => {
        ahead = undefined;
        base = undefined;
        await kept.clear();
      },
      close: async () => {
        try {
          if (isWorthIt()) await write();
        } finally {
          await kept.close();
        }
      },
    };
  };
}
