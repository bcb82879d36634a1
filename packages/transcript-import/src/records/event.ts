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
import { type ImportedEvent } from "../source.js";

/** Data of a kind, with what else the record has to say about it. */
export type DataOf<T extends SessionEventType> = SessionEventData[T] & { readonly details?: JsonValue };

/** Where and when an event happened. */
export interface EventPlace {
  readonly nativeSession: NativeSessionId;
  readonly session: SessionId;
  /** The file it was read from. */
  readonly path: string;
  readonly time: string;
  /** Whether the time is the record's own, and not that of something near it. */
  readonly timed: boolean;
  /** Default 1. */
  readonly run?: number;
}

/** What else an event says beside its type and its data. */
export interface EventAbout {
  /** Absent: a person did it. */
  readonly actor?: Actor | undefined;
  /** For the agent's part of `meta`. */
  readonly meta?: JsonObject | undefined;
}

/** An event with that name in its session: the same name is the same event, whenever and from whatever file it is imported. */
export function importedEvent(
  agent: string,
  place: EventPlace,
  type: string,
  name: string,
  data: JsonObject,
  { actor, meta }: EventAbout,
): ImportedEvent {
  const { time, timed, nativeSession, session, path, run = 1 } = place;
  const about: JsonObject = { ...meta, ...(timed ? {} : { timeInferred: true }) };
  return {
    id: deriveEventId(agent, nativeSession, name),
    time,
    type,
    data,
    session,
    run,
    ...(actor === undefined ? {} : { actor }),
    source: { kind: "import", agent, nativeSession, path },
    ...(Object.keys(about).length === 0 ? {} : { meta: { [agent]: about } }),
  };
}

/** The type of what has no place in the vocabulary: `<agent>.<name>`, with no other characters than letters, digits, `.`, `_`, `-`. */
export function keptType(agent: string, name: string): string {
  const safe = name
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, "-")
    .slice(0, 64)
    .replace(/^[-.]+|[-.]+$/g, "");
  return `${agent}.${safe === "" ? "unknown" : safe}`;
}

/** A record on its way to becoming events. */
export interface EventRecord extends EventPlace {
  /** What its events' ids are derived from. */
  readonly key: string;
}

/** Makes the events of an agent that writes records once and does not change them. */
export interface EventBuilder<R extends EventRecord> {
  /** An event of a known kind. `part` tells apart the events of one record and never changes for a record. */
  eventOf<T extends SessionEventType>(record: R, type: T, part: string, data: DataOf<T>): ImportedEvent;
  /** An event that several records tell, or none: its id comes from `name` alone. */
  namedEventOf<T extends SessionEventType>(record: R, type: T, name: string, data: DataOf<T>): ImportedEvent;
  /** What has no place in the vocabulary, kept as it is under `<agent>.<name>`. */
  keptEventOf(record: R, name: string, part: string, data: JsonObject): ImportedEvent;
}

/** @param aboutOf what the record says of its events, whichever they are; `type` and `data` are the event's */
export function createEventBuilder<R extends EventRecord>(
  agent: string,
  aboutOf: (record: R, type: string, data: JsonObject) => EventAbout,
): EventBuilder<R> {
  const build = (record: R, type: string, name: string, data: JsonObject): ImportedEvent =>
    importedEvent(agent, record, type, name, data, aboutOf(record, type, data));
  return {
    eventOf: (record, type, part, data) => build(record, type, `${record.key}/${part}`, data),
    namedEventOf: (record, type, name, data) => build(record, type, name, data),
    keptEventOf: (record, name, part, data) => build(record, keptType(agent, name), `${record.key}/${part}`, data),
  };
}
