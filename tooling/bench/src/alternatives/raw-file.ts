import fs from "node:fs";
import { type EventStore, parseEvent, storedLines } from "./event-store.js";

/**
 * The limit: `JSON.stringify` and one `writeSync` an event to a file that is open for appending. No number, no checksum, no
 * lock, nothing after a crash. With `isSynced` each event is followed by `fdatasync`, the cheapest sync there is.
 */
export function rawFile(file: string, isSynced = false): EventStore {
  const fd = fs.openSync(file, "a", 0o600);
  return {
    append: (events) => {
      for (const event of events) {
        fs.writeSync(fd, `${JSON.stringify(event)}\n`);
        if (isSynced) fs.fdatasyncSync(fd);
      }
    },
    stored: () => storedLines(file, parseEvent),
    close: () => fs.closeSync(fd),
  };
}
