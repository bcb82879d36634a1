import { type Actor, type JsonObject } from "@agentlog/types";
import { createEventBuilder, type EventBuilder, type EventRecord } from "../../records/event.js";
import { defined, textField, without } from "../../records/fields.js";
import { type ImportedEvent } from "../../source.js";

/** The agent's name in events and in derived ids. */
export const AGENT = "copilot";

/** A record and where it belongs. */
export interface RecordContext extends EventRecord {
  readonly record: JsonObject;
  readonly type: string;
  /** The record's own data; empty where it has none. */
  readonly data: JsonObject;
  readonly run: number;
  /** The sub-agent that did it; undefined for the main agent. */
  readonly subAgent: string | undefined;
}

const events: EventBuilder<RecordContext> = createEventBuilder(AGENT, (context) => ({
  actor: actorOf(context),
  meta: defined<JsonObject>({ id: textField(context.record, "id") }),
}));
export const eventOf: typeof events.eventOf = events.eventOf;
export const namedEventOf: typeof events.namedEventOf = events.namedEventOf;

/** A record that has no place in the vocabulary, under `copilot.<type>`. */
export function keptEventOf(context: RecordContext, record: JsonObject = context.record): ImportedEvent {
  return events.keptEventOf(context, context.type, "record", record);
}

/** The rest of a record's data, for `details`. */
export function detailsOf(data: JsonObject, ...told: readonly string[]): JsonObject | undefined {
  return without(data, ...told, ...Object.keys(data).filter((name) => data[name] === null));
}

/** What a person typed in the main conversation was not done by the agent. */
function actorOf({ type, subAgent }: RecordContext): Actor | undefined {
  if (subAgent !== undefined) return { agent: AGENT, instance: subAgent, role: "sub-agent" };
  return type === "user.message" ? undefined : { agent: AGENT };
}
