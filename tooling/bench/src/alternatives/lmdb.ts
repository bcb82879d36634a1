import { open } from "lmdb";
import { type EventStore } from "./event-store.js";
import { type WorkEvent } from "../events.js";

/**
 * lmdb-js, as its README says: its own encoding, writes put without waiting and awaited together, so that it batches those of
 * one turn. `os`: a put is done when it is committed, and lmdb syncs behind it as it does by default. `disk`: done when
 * `flushed` says that the sync is over, which is what its README calls durable. `noSync` it advises against.
 */
export function lmdbStore(file: string, durability: "os" | "disk", outstanding: number): EventStore {
  const database = open<WorkEvent, number>(file, { noSubdir: true });
  let key = 0;
  return {
    append: async (events) => {
      for (let start = 0; start < events.length; start += outstanding) {
        const puts = events.slice(start, start + outstanding).map((event) => database.put(key++, event));
        await Promise.all(puts);
        if (durability === "disk") await database.flushed;
      }
    },
    stored: () => {
      const again = open<WorkEvent, number>(file, { noSubdir: true });
      return new Set(again.getRange().map(({ value }) => value.id)).size;
    },
    close: async () => await database.close(),
  };
}
