import { openEventLog } from "@agentlog/event-log";
import { lockedAppender } from "./alternatives/locked-append-file.js";
import { nodeSqliteAppender } from "./alternatives/node-sqlite.js";
import { type ContenderKind, type Done, type Go } from "./contenders.js";
import { makeEvents, type WorkEvent } from "./events.js";

/** One of several processes that append to the same file, each awaiting its own: `contender-child.js <kind> <file>`. */
const APPENDERS: Readonly<Record<ContenderKind, (file: string) => (event: WorkEvent) => unknown>> = {
  agentlog: (file) => openEventLog(file).append,
  sqlite: nodeSqliteAppender,
  lockfile: lockedAppender,
};

const [kind, file] = process.argv.slice(2);
const append = APPENDERS[kind as ContenderKind](file ?? "");

async function appendFor(ms: number): Promise<Done> {
  const ids: string[] = [];
  let worstMs = 0;
  const end = performance.now() + ms;
  for (let now = performance.now(); now < end;) {
    for (const event of makeEvents(100, 300)) {
      await append(event);
      ids.push(event.id);
      const after = performance.now();
      worstMs = Math.max(worstMs, after - now);
      now = after;
      if (now >= end) break;
    }
  }
  return { ids, worstMs };
}

process.on("message", ({ ms }: Go) => {
  void appendFor(ms).then((done) => process.send?.(done));
});
process.on("disconnect", () => process.exit(0));
process.send?.("ready");
