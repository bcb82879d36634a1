import { now } from "../clock.js";
import { openEventLog } from "@agentlog/event-log";
import { openCollection } from "@agentlog/projection";
import { type NoteEvent, notes, storeOf } from "../fixtures/notes.js";
import { type Job, microsSince } from "./job.js";

/** Opens a read model, gets one record, closes it. */
export const getOnce: Job = async ({ folder = "", kind = "file", key = "" }) => {
  const started = now();
  const log = openEventLog<NoteEvent>(`${folder}/events.jsonl`);
  const collection = openCollection(notes, { log, store: storeOf(folder, kind) });
  const record = await collection.get(key);
  const micros = microsSince(started);
  await collection.close();
  await log.close();
  return { micros, events: record?.changes ?? 0 };
};
