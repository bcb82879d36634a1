import { type Actor, type JsonObject } from "@agentlog/types";
import { createEventBuilder, type EventBuilder, type EventRecord } from "../../records/event.js";
import { defined, isObject, without } from "../../records/fields.js";

/** The agent's name in events and in derived ids. */
export const AGENT = "claude";

/** A record and where it belongs. */
export interface RecordContext extends EventRecord {
  readonly record: JsonObject;
  readonly subAgent: string | undefined;
  /** What the record says beside its content: for the `meta` of the first event made from it. */
  readonly envelope: JsonObject;
}

/** A record with its envelope. What the event says itself, its time, its session, its role, is not repeated there. */
export function timedContext(context: Omit<RecordContext, "envelope">): RecordContext {
  const { record, key, nativeSession, subAgent, time, timed } = context;
  const repeated = ["type", "message", "toolUseResult"];
  if (record["sessionId"] === nativeSession) repeated.push("sessionId");
  if (record["timestamp"] === time) repeated.push("timestamp");
  const message = record["message"];
  const about = isObject(message) ? without(message, "content", "role", "type") : undefined;
  const envelope: JsonObject = {
    ...without(record, ...repeated),
    ...(about === undefined ? {} : { message: about }),
    ...(timed ? {} : { timeInferred: true }),
  };
  // A sub-agent may hold copies of its parent's records.
  return { ...context, key: subAgent === undefined ? key : `${subAgent}/${key}`, envelope };
}

const events: EventBuilder<RecordContext> = createEventBuilder(AGENT, ({ record, subAgent }) => ({
  actor: actorOf(record, subAgent),
  meta: defined<JsonObject>({ uuid: typeof record["uuid"] === "string" ? record["uuid"] : undefined }),
}));
export const eventOf: typeof events.eventOf = events.eventOf;
export const namedEventOf: typeof events.namedEventOf = events.namedEventOf;
export const keptEventOf: typeof events.keptEventOf = events.keptEventOf;

/** What a person typed in the main conversation was not done by the agent. */
function actorOf(record: JsonObject, subAgent: string | undefined): Actor | undefined {
  if (subAgent !== undefined) return { agent: AGENT, instance: subAgent, role: "sub-agent" };
  if (record["isSidechain"] === true) return { agent: AGENT, role: "sub-agent" };
  return record["type"] === "user" ? undefined : { agent: AGENT };
}
