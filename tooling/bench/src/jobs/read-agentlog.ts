import { now } from "../clock.js";
import { openEventLog } from "@agentlog/event-log";
import { type Job, microsSince } from "./job.js";

/** Reads every event of a log. */
export const readAgentlog: Job = async ({ file = "" }) => {
  const started = now();
  let events = 0;
  for await (const event of openEventLog(file).read()) if (event.seq === events) events++;
  return { micros: microsSince(started), events };
};
