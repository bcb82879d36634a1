import type { EventId, NativeSessionId, SessionId, SpanId, TraceId } from "./ids.js";
import type { JsonObject } from "./json.js";
import type { SessionEventData, SessionEventType } from "./kinds.js";

/** Who did it. */
export type Actor = {
  /** The agent's kind, such as `claude`. */
  agent?: string;
  /** Tells apart several of one kind. */
  instance?: string;
  /** The name people know it by. */
  name?: string;
  role?: string;
};

/** Where it belongs in a distributed trace. */
export type Trace = {
  traceId: TraceId;
  spanId: SpanId;
  parentSpanId?: SpanId;
};

/** Where it was learnt: from the session's own writer, an agent's hook, a transcript, or a person at the command line. */
export type EventSource = {
  kind: "writer" | "hook" | "import" | "cli";
  agent?: string;
  nativeSession?: NativeSessionId;
  /** The file it was read from. */
  path?: string;
};

/** What goes with an event beside its type and data, each when it is known. */
export type EventContext = {
  session?: SessionId;
  /** 1 for the first run of a session, one more with each resume. */
  run?: number;
  actor?: Actor;
  trace?: Trace;
  source?: EventSource;
  /** When it was appended, in the form of `time`, if that differs from it. */
  recorded?: string;
  /** Free. */
  meta?: JsonObject;
};

/** One event as it is read back. */
export type EventEnvelope<T extends string = string, D extends JsonObject = JsonObject> = EventContext & {
  /** Position in its log, 0-based, without gaps. */
  seq: number;
  id: EventId;
  /** When it happened: RFC 3339 in UTC with milliseconds, `2026-07-01T12:00:00.000Z`. */
  time: string;
  /** `<subject>.<past participle>`, such as `tool.completed`. */
  type: T;
  data: D;
};

/** The fields a log puts on each line for itself, next to the envelope. */
export type LogFields = {
  /** Where `data` is when it was too large for a line; `data` is then empty. SHA-256 in lower-case hex, length in bytes. */
  blob?: { readonly sha256: string; readonly bytes: number };
  /** `[i, n]`: the i-th (0-based) of n events written as one; only where n is above 1. */
  batch?: readonly [index: number, size: number];
  /** Short id of the writer, a dot, and the byte offset at which it meant the line to begin. */
  writer: string;
  /** Hash of the line before this one, 32 lower-case hex digits; all zero on the first line. */
  prev: string;
  /** CRC-32 of the bytes of the line before this field, 8 lower-case hex digits. */
  crc: string;
};

/** The data of a type: that kind's own for a known one, any JSON object for every other. */
export type EventData<T extends string> = T extends SessionEventType ? SessionEventData[T] : JsonObject;

/** What a caller hands in to be appended. `id` and `time` are made when absent; `seq` is always the log's to give. */
export type NewEvent<T extends string = string> = T extends string
  ? EventContext & { type: T; data: EventData<T>; id?: EventId; time?: string }
  : never;

/** The events of one or more known types: `SessionEventOf<"tool.called">`. */
export type SessionEventOf<T extends SessionEventType> = T extends SessionEventType
  ? EventEnvelope<T, SessionEventData[T]>
  : never;

/** An event of any known type; `type` tells which. */
export type SessionEvent = SessionEventOf<SessionEventType>;

/**
 * An event of any type at all. A kind nobody knows, from a newer writer or another program, is read, kept and passed on
 * untouched, so this is what a log holds; `isEventOf` leads from here to a known kind.
 */
export type UnknownSessionEvent = EventEnvelope;

/**
 * True when the event is of that type, and then its data is typed. It looks at the type alone: data from an untrusted
 * source is for the schemas to check.
 */
export function isEventOf<T extends SessionEventType>(event: UnknownSessionEvent, type: T): event is SessionEventOf<T> {
  return event.type === type;
}
