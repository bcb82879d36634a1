import { now } from "../clock.js";
import fs from "node:fs";
import readline from "node:readline";
import { type Job, microsSince } from "./job.js";

/** What Node's documentation shows for a file of lines: readline over a stream. */
export const readReadline: Job = async ({ file = "" }) => {
  const started = now();
  let events = 0;
  const lines = readline.createInterface({ input: fs.createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  for await (const line of lines) if ((JSON.parse(line) as { seq: number }).seq === events) events++;
  return { micros: microsSince(started), events };
};
