import { type Actor, type JsonObject } from "@agentlog/types";
import { createEventBuilder, type EventBuilder, type EventRecord } from "../../records/event.js";
import { textField } from "../../records/fields.js";
import { type ImportedEvent } from "../../source.js";
import { type Item } from "./item.js";
import { type Thread } from "./thread.js";

/** The agent's name in events and in derived ids. */
export const AGENT = "codex";

/** A record and where it belongs. */
export interface RecordContext extends EventRecord {
  readonly record: JsonObject;
  readonly item: Item;
  readonly thread: Thread;
  /** What the turn it is in was begun with. */
  readonly cwd: string | undefined;
  readonly model: string | undefined;
}

const events: EventBuilder<RecordContext> = createEventBuilder(AGENT, ({ thread }, type, data) => ({
  actor: actorOf(thread, type, data),
}));
export const eventOf: typeof events.eventOf = events.eventOf;
export const namedEventOf: typeof events.namedEventOf = events.namedEventOf;

/** A record that has no place in the vocabulary, whole, under `codex.<type>`. */
export function keptEventOf(context: RecordContext): ImportedEvent {
  const { item, record } = context;
  const inner =
    item.type === "event_msg" || item.type === "response_item" ? textField(item.payload, "type") : undefined;
  return events.keptEventOf(context, inner ?? item.type, "record", record);
}

/** What a person typed was not done by the agent. */
function actorOf(thread: Thread, type: string, data: JsonObject): Actor | undefined {
  if (type === "message.sent" && data["role"] === "user" && data["synthetic"] !== true) return undefined;
  if (!thread.isSubAgent) return { agent: AGENT };
  const { nickname } = thread;
  return { agent: AGENT, ...(nickname === undefined ? {} : { name: nickname }), role: "sub-agent" };
}
