import {
  type JsonObject,
  type JsonValue,
  type NativeSessionId,
  type SessionEventType,
  type SessionId,
} from "@agentlog/types";
import { type DataOf, importedEvent, keptType } from "../../records/event.js";
import { sha256 } from "../../records/sha256.js";
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
  return { key, state: hashOf(data), type: keptType(AGENT, name), data, time: at.time, timed: at.timed };
}

/** The event with that name in its session: the same name is the same event, whenever it is imported. */
export function eventOf(place: Place, name: string, part: Part): ImportedEvent {
  const { type, data, time, timed, byPerson, about } = part;
  const actor = { agent: AGENT, ...(place.isSubAgent ? { role: "sub-agent" } : {}) };
  const more = { actor: byPerson === true ? undefined : actor, meta: about };
  return importedEvent(AGENT, { ...place, time, timed }, type, name, data, more);
}

/** Tells contents apart: 128 bits of a SHA-256. */
export function hashOf(value: JsonValue): string {
  return sha256(JSON.stringify(value)).slice(0, 32);
}
