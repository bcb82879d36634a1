import { type EventLogOptions, openEventLog } from "@agentlog/event-log";
import { type WorkEvent } from "../events.js";
import { type EventStore, parseEvent, storedLines } from "./event-store.js";

/** How a program uses our own log: one event after another, awaited or blocking; so many at once; or a batch in one call. */
export type Way = "awaited" | "blocking" | { readonly outstanding: number } | { readonly batch: number };

export function agentlog(file: string, way: Way, options: EventLogOptions = {}, mintIds = false): EventStore {
  const log = openEventLog(file, options);
  return {
    append: async (given) => {
      const events = mintIds ? given.map(({ type, data }) => ({ type, data })) : given;
      if (way === "awaited") for (const event of events) await log.append(event);
      else if (way === "blocking") for (const event of events) log.appendSync(event);
      else if ("batch" in way) {
        for (let start = 0; start < events.length; start += way.batch)
          await log.appendMany(events.slice(start, start + way.batch));
      } else await keepOutstanding(events, way.outstanding, log.append);
    },
    stored: async () => {
      const report = await openEventLog(file).verify();
      if (!report.ok) throw new Error(`${file} is damaged`);
      return storedLines(file, parseEvent);
    },
    close: async () => await log.close(),
  };
}

/** So many callers, each of which awaits its own append before the next. */
async function keepOutstanding(
  events: readonly Pick<WorkEvent, "type" | "data">[],
  outstanding: number,
  append: (event: Pick<WorkEvent, "type" | "data">) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const caller = async (): Promise<void> => {
    for (let event = events[next++]; event !== undefined; event = events[next++]) await append(event);
  };
  await Promise.all(Array.from({ length: outstanding }, caller));
}
