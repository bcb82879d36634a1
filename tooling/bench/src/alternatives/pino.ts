import { pino } from "pino";
import { type EventStore, parseEvent, storedLines } from "./event-store.js";

/**
 * pino to a file. `sync` is its default for a destination; `buffered` is what docs/asynchronous.md of pino recommends for
 * speed: 4 KB buffered, so that what was logged last is lost when the process is killed. Its own time and host are
 * switched off: the event has its own.
 */
export function pinoFile(file: string, mode: "sync" | "buffered"): EventStore {
  const destination = pino.destination(
    mode === "sync" ? { dest: file, sync: true } : { dest: file, minLength: 4096, sync: false },
  );
  const logger = pino({ base: null, timestamp: false }, destination);
  const flushed = async (): Promise<void> =>
    await new Promise((resolve, reject) => {
      destination.flush((error) => (error === undefined || error === null ? resolve() : reject(error)));
    });
  return {
    append: async (events) => {
      for (const event of events) logger.info(event);
      if (mode === "buffered") await flushed();
    },
    stored: () => storedLines(file, parseEvent),
    close: () => {
      if (mode === "buffered") destination.flushSync();
      destination.end();
    },
  };
}
