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
import { textField, without } from "../claude/fields.js";

/** The agent's name in events and in derived ids. */
export const AGENT = "copilot";

/** A record and where it belongs. */
export interface RecordContext {
  readonly record: JsonObject;
  readonly type: string;
  /** The record's own data; empty where it has none. */
  readonly data: JsonObject;
  /** What its events' ids are derived from. */
  readonly key: string;
  readonly time: string;
  /** Whether the time is the record's own. */
  readonly timed: boolean;
  readonly nativeSession: NativeSessionId;
  readonly session: SessionId;
  readonly run: number;
  /** The sub-agent that did it; undefined for the main agent. */
  readonly subAgent: string | undefined;
  readonly path: string;
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

/** An event that several records tell, or none: its id comes from `name` alone. */
export function namedEventOf<T extends SessionEventType>(
  context: RecordContext,
  type: T,
  name: string,
  data: DataOf<T>,
): ImportedEvent {
  return build(context, type, name, data);
}

/** A record that has no place in the vocabulary, under `copilot.<type>`. */
export function keptEventOf(context: RecordContext, record: JsonObject = context.record): ImportedEvent {
  return build(context, `${AGENT}.${safeName(context.type)}`, `${context.key}/record`, record);
}

/** The rest of a record's data, for `details`. */
export function detailsOf(data: JsonObject, ...told: readonly string[]): JsonObject | undefined {
  return without(data, ...told, ...Object.keys(data).filter((name) => data[name] === null));
}

function build(context: RecordContext, type: string, name: string, data: JsonObject): ImportedEvent {
  const { record, time, timed, nativeSession, session, run, path } = context;
  const id = textField(record, "id");
  const about: JsonObject = { ...(id === undefined ? {} : { id }), ...(timed ? {} : { timeInferred: true }) };
  const actor = actorOf(context);
  return {
    id: deriveEventId(AGENT, nativeSession, name),
    time,
    type,
    data,
    session,
    run,
    ...(actor === undefined ? {} : { actor }),
    source: { kind: "import", agent: AGENT, nativeSession, path },
    ...(Object.keys(about).length === 0 ? {} : { meta: { [AGENT]: about } }),
  };
}

/** What a person typed in the main conversation was not done by the agent. */
function actorOf({ type, subAgent }: RecordContext): Actor | undefined {
  if (subAgent !== undefined) return { agent: AGENT, instance: subAgent, role: "sub-agent" };
  return type === "user.message" ? undefined : { agent: AGENT };
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
