import { createHash } from "node:crypto";
import {
  deriveEventId,
  type JsonObject,
  type JsonValue,
  type NativeSessionId,
  type SessionEventData,
  type SessionEventType,
  type SessionId,
} from "@agentlog/types";
import { type ImportedEvent } from "../../source.js";

/** The agent's name in events and in derived ids. */
export const AGENT = "gemini";

/** Where a chat's events belong. */
export interface Place {
  readonly nativeSession: NativeSessionId;
  readonly session: SessionId;
  readonly path: string;
  /** The chat is one of a sub-agent: its parent's is another. */
  readonly isSubAgent: boolean;
}

/** Data of a kind, with what else the record has to say about it. */
export type DataOf<T extends SessionEventType> = SessionEventData[T] & { readonly details?: JsonValue };

/** Something a chat says, which becomes an event unless it was said before. */
export interface Part {
  /** What it is the state of: a message's text, a call's result. Unique in its session. */
  readonly key: string;
  /** That state. The same one twice in a row says nothing. */
  readonly state: string;
  readonly type: string;
  readonly data: JsonObject;
  readonly time: string;
  /** Whether the time is the record's own. */
  readonly timed: boolean;
  /** A person did it. */
  readonly byPerson?: boolean;
  /** For the event's `meta`. */
  readonly about?: JsonObject;
}

/** A part of a known kind. */
export function partOf<T extends SessionEventType>(
  at: Pick<Part, "time" | "timed">,
  type: T,
  key: string,
  state: string,
  data: DataOf<T>,
): Part {
  return { key, state, type, data, time: at.time, timed: at.timed };
}

/** What has no place in the vocabulary, kept as it is under `gemini.<name>`. */
export function keptPart(at: Pick<Part, "time" | "timed">, name: string, key: string, data: JsonObject): Part {
  const type = `${AGENT}.${safeName(name)}`;
  return { key, state: hashOf(data), type, data, time: at.time, timed: at.timed };
}

/** The event with that name in its session: the same name is the same event, whenever it is imported. */
export function eventOf(place: Place, name: string, part: Part): ImportedEvent {
  const { nativeSession, session, path, isSubAgent } = place;
  const about = { ...part.about, ...(part.timed ? {} : { timeInferred: true }) };
  return {
    id: deriveEventId(AGENT, nativeSession, name),
    time: part.time,
    type: part.type,
    data: part.data,
    session,
    run: 1,
    ...(part.byPerson === true ? {} : { actor: { agent: AGENT, ...(isSubAgent ? { role: "sub-agent" } : {}) } }),
    source: { kind: "import", agent: AGENT, nativeSession, path },
    ...(Object.keys(about).length === 0 ? {} : { meta: { [AGENT]: about } }),
  };
}

/** Tells contents apart: 128 bits of a SHA-256. */
export function hashOf(value: JsonValue): string {
  return createHash("sha256").update(JSON.stringify(value)).digest("hex").slice(0, 32);
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
