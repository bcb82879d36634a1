// Appends argv[3] events, or without end, to the log at argv[2], and prints the id of each once it is acknowledged.
// argv[4]: how many are handed over at once. Runs as a process or as a worker thread.
import { writeSync } from "node:fs";
import { isMainThread, parentPort, workerData } from "node:worker_threads";
import { openEventLog } from "@agentlog/event-log";

const [path, count, many] = isMainThread ? process.argv.slice(2) : workerData;
const log = openEventLog(path);
for (let n = 0; n < Number(count);) {
  const events = Array.from({ length: Number(many) }, () => ({
    type: "note.taken",
    data: { n: n++, text: "é".repeat(200) },
  }));
  const results = await Promise.all(events.map((event) => log.append(event)));
  const text = results.map(({ id, seq }) => `${id} ${seq}\n`).join("");
  if (isMainThread) writeSync(1, text);
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  else parentPort.postMessage(text);
}
await log.close();
