import { now } from "../clock.js";
import { openEventLog } from "@agentlog/event-log";
import { type Job, microsSince } from "./job.js";

/** Opens a log, appends one event, closes it. */
export const appendOnce: Job = async ({ file = "" }) => {
  const started = now();
  const log = openEventLog(file);
  const { seq } = await log.append({ type: "message.sent", data: { text: "the first of this process" } });
  await log.close();
  return { micros: microsSince(started), events: seq };
};
