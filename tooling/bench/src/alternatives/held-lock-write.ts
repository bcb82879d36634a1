import fs from "node:fs";
import { createDirectoryLock } from "@agentlog/durable-fs";
import { type EventStore, parseEvent, storedLines } from "./event-store.js";

/** The least that a log shared by processes can do with our own lock: lock, write, unlock. No number, no checksum. */
export function heldLockWrite(file: string): EventStore {
  const lock = createDirectoryLock(`${file}.lock`);
  const fd = fs.openSync(file, "a", 0o600);
  return {
    append: async (events) => {
      for (const event of events) await lock.run(() => fs.writeSync(fd, `${JSON.stringify(event)}\n`));
    },
    stored: () => storedLines(file, parseEvent),
    close: () => fs.closeSync(fd),
  };
}
