import { once } from "node:events";
import { openStore } from "@agentlog/durable-fs";
import { openSessionLog, readPresence, recordCrashes, sessionIds } from "@agentlog/session-writer";
import { type SessionId } from "@agentlog/types";

/**
 * Records the crashes of a store, `<way> <root>`, when it is told to on stdin, and prints the sessions whose end it wrote. As
 * `naive` it looks first and writes afterwards, as one does who has not thought of others that do the same.
 */
const [, , way, root = ""] = process.argv;
const store = openStore(root);

async function crashedSessions(): Promise<readonly SessionId[]> {
  const crashed: SessionId[] = [];
  for (const id of sessionIds(store)) {
    if ((await readPresence(store, id)).state === "crashed") crashed.push(id);
  }
  return crashed;
}

async function endNaively(id: SessionId): Promise<void> {
  const { record } = await readPresence(store, id);
  await using log = openSessionLog(store, id);
  await log.append({
    type: "session.ended",
    session: id,
    data: { outcome: "aborted", reason: "crash", inferred: true },
    ...(record === undefined ? {} : { run: record.run }),
  });
}

const seen = way === "naive" ? await crashedSessions() : [];
console.log("ready");
await once(process.stdin, "data");
if (way === "naive") {
  for (const id of seen) await endNaively(id);
  console.log(JSON.stringify({ crashed: seen, failed: [] }));
} else {
  const { crashed, failed } = await recordCrashes(store);
  console.log(JSON.stringify({ crashed, failed: failed.map(({ id, error }) => `${id}: ${error.message}`) }));
}
process.exit(0);
