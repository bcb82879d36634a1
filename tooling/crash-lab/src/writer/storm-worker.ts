import { setTimeout as sleep } from "node:timers/promises";
import { openStore } from "@agentlog/durable-fs";
import {
  createSession,
  readPresence,
  recordCrashes,
  resumeSession,
  sessionIds,
  type SessionWriter,
} from "@agentlog/session-writer";
import { deriveEventId, deriveSessionId, isAgentlogError, type SessionId } from "@agentlog/types";
import { openAcknowledgements } from "../common/acknowledgements.js";
import { createRandom } from "../common/random.js";
import { sayReady, stoppingDisk } from "../common/stopping.js";
import { AGENT, endOf, eventOf, type WorkerOrders } from "./storm-orders.js";

/** So many sessions are written by one process at once. */
const MOST_OPEN = 3;

const orders = JSON.parse(process.argv[2] ?? "{}") as WorkerOrders;
const { name } = orders;
const random = createRandom(orders.seed);
const acknowledge = openAcknowledgements(orders.acknowledgements);
const disk = stoppingDisk(random, orders.selfStops);
const store = openStore(orders.root);
const common = { store, disk, lockTimeoutMs: 60_000, heartbeat: { intervalMs: 40 } };
const open: SessionWriter[] = [];
let made = 0;

/** A session whose writer is gone or which is over, to go on with. */
async function abandoned(): Promise<SessionId | undefined> {
  for (const id of random.shuffle(sessionIds(store, disk)).slice(0, 4)) {
    const { state } = await readPresence(store, id, { disk });
    if (state === "crashed" || state === "ended") return id;
  }
  return undefined;
}

async function begin(): Promise<void> {
  const id = random.chance(0.4) ? await abandoned() : undefined;
  if (id !== undefined) open.push(await resumeSession({ ...common, id }));
  else {
    const fresh = deriveSessionId(AGENT, `${name}-${made++}`);
    open.push(await createSession({ ...common, id: fresh, name: `Session ${made} of ${name}`, agent: AGENT }));
  }
}

async function emit(session: SessionWriter): Promise<void> {
  const id = deriveEventId(AGENT, name, String(made++));
  const data = { pad: "x".repeat(random.chance(0.05) ? 100_000 : random.below(300)) };
  const event = { id, type: "lab.worked", data };
  const result = random.chance(0.2) ? session.emitSync(event) : await session.emit(event);
  if (result.status === "appended") acknowledge({ id: eventOf(session.id, id), seq: result.seq });
}

async function finish(session: SessionWriter): Promise<void> {
  open.splice(open.indexOf(session), 1);
  await session.finish({ outcome: "success" });
  acknowledge({ id: endOf(session.id, session.run), seq: 0 });
}

sayReady();
for (;;) {
  const session = random.pick(open);
  if (session === undefined || (open.length < MOST_OPEN && random.chance(0.1))) await begin();
  else if (random.chance(0.05)) await finish(session);
  else if (random.chance(0.03)) {
    const { failed } = await recordCrashes(store, { disk });
    // A session whose writers never pause may be busy for longer than anybody waits.
    const worse = failed.find(({ error }) => !isAgentlogError(error, "LOCK_TIMEOUT"));
    if (worse !== undefined) throw worse.error;
  } else await emit(session);
  await sleep(0);
}
