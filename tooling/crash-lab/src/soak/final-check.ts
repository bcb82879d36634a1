import { join } from "node:path";
import { type OpenedStore } from "@agentlog/durable-fs";
import { openEventLog } from "@agentlog/event-log";
import { memoryStore, openCollection } from "@agentlog/projection";
import { openRegistry } from "@agentlog/session-registry";
import { openSessionLog } from "@agentlog/session-writer";
import { createMarkCount } from "./marks.js";
import { type Claims, type Notes } from "./notes.js";
import { type LogName } from "./protocol.js";
import { digestOf, soakCollection } from "./read-model.js";
import { compareTallies, createTally } from "./tally.js";

/** Holds what each participant said it did or saw against what is in the store, after all of them are gone. */

export interface Checked {
  /** Events in all logs. */
  readonly events: number;
  readonly wrong: readonly string[];
}

export function openRegistryLog(store: OpenedStore): ReturnType<typeof openEventLog> {
  return openEventLog(join(store.layout.registryDir, "events.jsonl"));
}

export async function checkStore(store: OpenedStore, said: Notes): Promise<Checked> {
  const wrong: string[] = [];
  let events = 0;
  for (const [session, claims] of said.sessions) {
    await using log = openSessionLog(store, session);
    events += await checkLog(session, log, claims, said, wrong);
  }
  await using log = openRegistryLog(store);
  events += await checkLog("registry", log, undefined, said, wrong);
  await checkProjection(store, said, wrong);
  await using registry = openRegistry(store);
  for (const session of said.sessions.keys())
    if ((await registry.get(session)) === undefined) wrong.push(`${session} is not in the registry`);
  return { events, wrong };
}

async function checkLog(
  name: LogName,
  log: Pick<ReturnType<typeof openEventLog>, "read" | "verify">,
  claims: Claims | undefined,
  { followed }: Notes,
  wrong: string[],
): Promise<number> {
  const { ok } = await log.verify();
  if (!ok) wrong.push(`${name}: verify found something`);
  const all = createTally();
  const afterStart = createTally(1);
  const marks = createMarkCount();
  for await (const event of log.read()) {
    all.take(event);
    if (event.seq > 0) afterStart.take(event);
    if (claims !== undefined && claims.maker !== "writer") marks.take(event.data);
  }
  const stored = all.state();
  // An import has no end that would tell the follower to let go: its sessions are judged by their marks.
  if (claims?.maker !== "import") wrong.push(...compareTallies(`${name}, followed`, followed.get(name), stored));
  if (claims?.maker === "writer")
    wrong.push(...compareTallies(`${name}, acknowledged`, claims.acknowledged, afterStart.state()));
  else if (claims !== undefined) wrong.push(...marks.compare(`${name}, ${claims.maker}`, claims.marks ?? 0));
  return stored.count;
}

/** The projector's records must be those of a fold from the first event on. */
async function checkProjection(store: OpenedStore, { projected }: Notes, wrong: string[]): Promise<void> {
  await using log = openRegistryLog(store);
  await using collection = openCollection(soakCollection, { log, store: memoryStore() });
  await collection.catchUp();
  const seq = collection.position?.seq ?? -1;
  if (projected === undefined) wrong.push("the projector said nothing of its records");
  else if (projected.seq !== seq) wrong.push(`the projector is at event ${projected.seq} of ${seq}`);
  else if (projected.digest !== (await digestOf(collection)))
    wrong.push("the projector's records are not those of the log");
}
