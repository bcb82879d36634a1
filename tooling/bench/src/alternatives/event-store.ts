import fs from "node:fs";
import { type WorkEvent } from "../events.js";

/** Somewhere to append events to, in one certain way. */
export interface EventStore {
  /** Returns when all of them are stored as durably as this way of using the store makes them. */
  readonly append: (events: readonly WorkEvent[]) => void | Promise<void>;
  /** How many different events can be read back from it, each whole: read from the disk, after `close` where it has to be. */
  readonly stored: () => number | Promise<number>;
  readonly close: () => void | Promise<void>;
}

/** Different events in a file of one JSON object a line. */
export function storedLines(file: string, eventOf: (line: string) => { readonly id: string }): number {
  const ids = new Set<string>();
  const bytes = fs.readFileSync(file);
  for (let start = 0; ;) {
    const end = bytes.indexOf(10, start);
    if (end === -1) return ids.size;
    ids.add(eventOf(bytes.toString("utf8", start, end)).id);
    start = end + 1;
  }
}

export const parseEvent = (line: string): WorkEvent => JSON.parse(line) as WorkEvent;
