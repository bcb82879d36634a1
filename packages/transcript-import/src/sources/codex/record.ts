import {
  type Actor,
  deriveEventId,
  type JsonObject,
  type JsonValue,
  type NativeSessionId,
  type SessionEventData,
  type SessionEventType,
  type SessionId,
} from "@agentlog/types";
import { type ImportedEvent } from "../../source.js";
import { textField } from "../claude/fields.js";
import { type Item } from "./item.js";
import { type Thread } from "./thread.js";

/** The agent's name in events and in derived ids. */
export const AGENT = "codex";

/** A record and where it belongs. */
export interface RecordContext {
  readonly record: JsonObject;
  readonly item: Item;
  /** What its events' ids are derived from. */
  readonly key: string;
  readonly time: string;
  /** Whether the time is the record's own. */
  readonly timed: boolean;
  readonly nativeSession: NativeSessionId;
  readonly session: SessionId;
  readonly thread: Thread;
  readonly path: string;
  /** What the turn it is in was begun with. */
  readonly cwd: string | undefined;
  readonly model: string | undefined;
}

/** Data of a kind, with what else the record has to say about it. */
export type DataOf<T extends SessionEventType> = SessionEventData[T] & { readonly details?: JsonValue };

/** An event of a known kind. `part` tells apart the events of one record and never changes for a record. */
export function eventOf<T extends SessionEventType>(
  context: RecordContext,
  type: T,
  part: string,
  data: DataOf<T>,
): ImportedEvent {
  return build(context, type, `${context.key}/${part}`, data);
}

/** An event that no single record tells: its id comes from `name` alone. */
export function namedEventOf<T extends SessionEventType>(
  context: RecordContext,
  type: T,
  name: string,
  data: DataOf<T>,
): ImportedEvent {
  return build(context, type, name, data);
}

/** A record that has no place in the vocabulary, whole, under `codex.<type>`. */
export function keptEventOf(context: RecordContext): ImportedEvent {
  const { item, record } = context;
  const inner =
    item.type === "event_msg" || item.type === "response_item" ? textField(item.payload, "type") : undefined;
  return build(context, `${AGENT}.${safeName(inner ?? item.type)}`, `${context.key}/record`, record);
}

function build(context: RecordContext, type: string, name: string, data: JsonObject): ImportedEvent {
  const { time, timed, nativeSession, session, path } = context;
  const actor = actorOf(context, type, data);
  return {
    id: deriveEventId(AGENT, nativeSession, name),
    time,
    type,
    data,
    session,
    run: 1,
    ...(actor === undefined ? {} : { actor }),
    source: { kind: "import", agent: AGENT, nativeSession, path },
    ...(timed ? {} : { meta: { [AGENT]: { timeInferred: true } } }),
  };
}

/** What a person typed was not done by the agent. */
function actorOf({ thread }: RecordContext, type: string, data: JsonObject): Actor | undefined {
  if (type === "message.sent" && data["role"] === "user" && data["synthetic"] !== true) return undefined;
  if (!thread.isSubAgent) return { agent: AGENT };
  const { nickname } = thread;
  return { agent: AGENT, ...(nickname === undefined ? {} : { name: nickname }), role: "sub-agent" };
}

/** A segment of an event's type: lower case, no other characters than letters, digits, `.`, `_` and `-`. */
function safeName(name: string): string {
  const safe = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .slice(0, 64)
    .replace(/^[-.]+|[-.]+$/g, "");
  return safe === "" ? "unknown" : safe;
}
