import fs from "node:fs";
import path from "node:path";
import { type OpenedStore, openStore } from "@agentlog/durable-fs";
import { createSession, recordCrashes, resumeSession, sessionIds, type SessionWriter } from "@agentlog/session-writer";
import { deriveEventId, deriveSessionId, isAgentlogError, type SessionId } from "@agentlog/types";
import { type Acknowledgement, openAcknowledgements } from "../common/acknowledgements.js";
import { endInTime, refusalOf } from "../common/refusal.js";
import { acknowledgementsOf, startedMark, storeOf } from "../common/victim.js";
import { AGENT, endOf, eventOf } from "./storm-orders.js";

/** The victim of the writer: begins a session, emits, beats, ends it and resumes it; or emits until the disk is full. */
const [, , way, folder = ""] = process.argv;
const acknowledge = openAcknowledgements(path.join(acknowledgementsOf(folder), String(process.pid)));
const session = deriveSessionId(AGENT, "victim");
let made = 0;

const open = (place: string): OpenedStore => openStore(path.join(place, "root"));

async function emit(writer: SessionWriter, note: typeof acknowledge, pad = ""): Promise<void> {
  const id = deriveEventId(AGENT, String(process.pid), String(made++));
  const result = await writer.emit({ id, type: "lab.worked", data: { pad } });
  if (result.status === "appended") note({ id: eventOf(writer.id, id), seq: result.seq });
}

async function finish(writer: SessionWriter, note: typeof acknowledge): Promise<void> {
  await writer.finish({ outcome: "success" });
  note({ id: endOf(writer.id, writer.run), seq: 0 });
}

async function live(store: OpenedStore, id: SessionId, note: (told: Acknowledgement) => void): Promise<void> {
  const first = await createSession({ store, id, agent: AGENT, durability: "disk" });
  await emit(first, note);
  await first.coordinator?.stop();
  await emit(first, note);
  await finish(first, note);
  const second = await resumeSession({ store, id, durability: "disk" });
  await emit(second, note);
  await finish(second, note);
}

endInTime();

if (way === "victim") {
  await live(open(path.join(folder, "warm")), deriveSessionId(AGENT, "warm"), () => {});
  fs.mkdirSync(startedMark(folder));
  await refusalOf(() => live(open(storeOf(folder)), session, acknowledge));
} else if (way === "next") {
  const started = performance.now();
  const store = open(storeOf(folder));
  await recordCrashes(store);
  const isThere = sessionIds(store).includes(session);
  const begun = isThere ? resumeSession({ store, id: session }) : createSession({ store, id: session });
  const writer = await begun.catch(async (error: unknown) => {
    // A folder without an event is no session yet.
    if (!isAgentlogError(error, "NOT_FOUND")) throw error;
    return createSession({ store, id: session });
  });
  await emit(writer, acknowledge);
  await finish(writer, acknowledge);
  console.log((performance.now() - started).toFixed(1));
} else {
  let refusal: string | undefined;
  await refusalOf(async () => {
    const writer = await createSession({ store: open(storeOf(folder)), id: session, agent: AGENT });
    while (refusal === undefined) refusal = await refusalOf(() => emit(writer, acknowledge, "x".repeat(3_000)));
  });
  console.log(refusal);
  // Without its last words, which would not fit either.
  process.kill(process.pid, "SIGKILL");
}
