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
import { isObject, without } from "./fields.js";

/** The agent's name in events and in derived ids. */
export const AGENT = "claude";

/** A record and where it belongs. */
export interface RecordContext {
  readonly record: JsonObject;
  /** What its events' ids are derived from. */
  readonly key: string;
  readonly time: string;
  /** Whether the time is the record's own. */
  readonly timed: boolean;
  readonly nativeSession: NativeSessionId;
  readonly session: SessionId;
  readonly subAgent: string | undefined;
  readonly path: string;
  /** What the record says beside its content: for the `meta` of the first event made from it. */
  readonly envelope: JsonObject;
}

/** Data of a kind, with what else the record has to say about it. */
export type DataOf<T extends SessionEventType> = SessionEventData[T] & { readonly details?: JsonValue };

/** A record with its envelope. What the event says itself, its time, its session, its role, is not repeated there. */
export function timedContext(context: Omit<RecordContext, "envelope">): RecordContext {
  const { record, nativeSession, time, timed } = context;
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
  return { ...context, envelope };
}

/** An event of a known kind. `part` tells apart the events of one record and never changes for a record. */
export function eventOf<T extends SessionEventType>(
  context: RecordContext,
  type: T,
  part: string,
  data: DataOf<T>,
): ImportedEvent {
  return build(context, type, recordId(context, part), data);
}

/** An event that several records tell, or none: its id comes from `name` alone. */
export function namedEventOf<T extends SessionEventType>(
  context: RecordContext,
  type: T,
  name: string,
  data: DataOf<T>,
): ImportedEvent {
  return build(context, type, deriveEventId(AGENT, context.nativeSession, name), data);
}

/** What has no place in the vocabulary, kept as it is under `claude.<name>`. */
export function keptEventOf(context: RecordContext, name: string, part: string, data: JsonObject): ImportedEvent {
  return build(context, `${AGENT}.${safeName(name)}`, recordId(context, part), data);
}

function recordId({ nativeSession, subAgent, key }: RecordContext, part: string): ImportedEvent["id"] {
  // A sub-agent may hold copies of its parent's records.
  return deriveEventId(AGENT, nativeSession, subAgent === undefined ? `${key}/${part}` : `${subAgent}/${key}/${part}`);
}

function build(context: RecordContext, type: string, id: ImportedEvent["id"], data: JsonObject): ImportedEvent {
  const { record, time, timed, nativeSession, session, path } = context;
  const uuid = record["uuid"];
  const about: JsonObject = {
    ...(typeof uuid === "string" ? { uuid } : {}),
    ...(timed ? {} : { timeInferred: true }),
  };
  const actor = actorOf(context);
  return {
    id,
    time,
    type,
    data,
    session,
    run: 1,
    ...(actor === undefined ? {} : { actor }),
    source: { kind: "import", agent: AGENT, nativeSession, path },
    ...(Object.keys(about).length === 0 ? {} : { meta: { [AGENT]: about } }),
  };
}

/** What a person typed in the main conversation was not done by the agent. */
function actorOf({ record, subAgent }: RecordContext): Actor | undefined {
  if (subAgent !== undefined) return { agent: AGENT, instance: subAgent, role: "sub-agent" };
  if (record["isSidechain"] === true) return { agent: AGENT, role: "sub-agent" };
  return record["type"] === "user" ? undefined : { agent: AGENT };
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
