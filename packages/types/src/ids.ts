import { v5, v7, validate, version } from "uuid";
import { agentlogError } from "./errors.js";

declare const brand: unique symbol;
/** A string known to be an id of one kind. */
export type Branded<Name extends string> = string & { readonly [brand]: Name };

/** One piece of work: `sess_<uuidv7>`, or `sess_<uuidv5>` when derived from an agent's own id. Stable across an agent's own resumes and forks. */
export type SessionId = Branded<"SessionId">;
/** One event: `evt_<uuidv7>`, or `evt_<32 hex>` when derived from a source's own id. */
export type EventId = Branded<"EventId">;
/** The id an agent itself gives a session. Any string an agent may choose; unique only together with the agent's name. */
export type NativeSessionId = Branded<"NativeSessionId">;
/** A W3C trace id: 32 lower-case hex digits, not all zero. */
export type TraceId = Branded<"TraceId">;
/** A W3C span id: 16 lower-case hex digits, not all zero. */
export type SpanId = Branded<"SpanId">;

// `validate` takes upper-case digits too; an id has one spelling only.
const prefixed = (prefix: string, id: string, versions: readonly number[]): boolean => {
  const uuid = id.slice(prefix.length);
  return id.startsWith(prefix) && uuid === uuid.toLowerCase() && validate(uuid) && versions.includes(version(uuid));
};

/** A new session id. */
export function newSessionId(): SessionId {
  return `sess_${v7()}` as SessionId;
}

/** A random namespace of our own, so that nobody else's derived ids can be ours. */
const NAMESPACE = "5f0c6a52-9a3d-4a7e-8a5e-6f6a2b1d9c41";

const derive = (...parts: readonly string[]): string => v5(JSON.stringify(parts), NAMESPACE);

/** The session id of an agent's own session where nothing else has given it one: the same on every machine, always. */
export function deriveSessionId(agent: string, nativeSession: string): SessionId {
  return `sess_${derive("session", agent, nativeSession)}` as SessionId;
}

/** The id of an event that a source names itself, so that importing it twice adds nothing. */
export function deriveEventId(agent: string, nativeSession: string, record: string): EventId {
  return `evt_${derive("event", agent, nativeSession, record).replaceAll("-", "")}` as EventId;
}

/** True for a session id in lower case, minted (uuid v7) or derived (v5). */
export function isSessionId(value: unknown): value is SessionId {
  return typeof value === "string" && prefixed("sess_", value, [5, 7]);
}

/** The string as a session id; throws `INVALID_ID` when it is none. */
export function toSessionId(value: string): SessionId {
  if (isSessionId(value)) return value;
  throw agentlogError(
    "INVALID_ID",
    `not a session id: expected sess_<uuid>, got ${JSON.stringify(value.slice(0, 80))}`,
    {
      what: "session",
      id: value,
    },
  );
}

/** A new event id; ids made by one process sort by the time they were made. */
export function newEventId(): EventId {
  return `evt_${v7()}` as EventId;
}

/** True for `evt_` followed by a uuid v7 or by the 32 hex digits of a derived id. */
export function isEventId(value: unknown): value is EventId {
  return typeof value === "string" && (prefixed("evt_", value, [7]) || /^evt_[0-9a-f]{32}$/.test(value));
}

/** An agent's own session id: 1 to 1,024 characters of any kind. It never becomes a path unescaped. */
export function toNativeSessionId(value: string): NativeSessionId {
  if (value.length >= 1 && value.length <= 1024) return value as NativeSessionId;
  throw agentlogError("INVALID_ID", `not a native session id: expected 1 to 1,024 characters, got ${value.length}`, {
    what: "native session",
    id: value.slice(0, 80),
  });
}

const hex = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
const randomHex = (size: number): string => {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(size));
  return bytes.some((byte) => byte !== 0) ? hex(bytes) : randomHex(size);
};

/** A new random trace id. */
export function newTraceId(): TraceId {
  return randomHex(16) as TraceId;
}

/** True for a W3C trace id. */
export function isTraceId(value: unknown): value is TraceId {
  return typeof value === "string" && /^[0-9a-f]{32}$/.test(value) && !/^0+$/.test(value);
}

/** A new random span id. */
export function newSpanId(): SpanId {
  return randomHex(8) as SpanId;
}

/** True for a W3C span id. */
export function isSpanId(value: unknown): value is SpanId {
  return typeof value === "string" && /^[0-9a-f]{16}$/.test(value) && !/^0+$/.test(value);
}
