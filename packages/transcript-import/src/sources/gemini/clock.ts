import { type Part } from "./event.js";

/** When a record happened: by its own time, else by that of the timed record before it. */
export interface Clock {
  at(time: string | undefined): Pick<Part, "time" | "timed">;
}

/** @param first for records before the first one with a time */
export function createClock(first: string): Clock {
  let latest = first;
  return {
    at: (time) => {
      latest = time ?? latest;
      return { time: latest, timed: time !== undefined };
    },
  };
}
