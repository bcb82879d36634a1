import { type JsonObject, type NativeSessionId, type SessionEventType, type SessionId } from "@agentlog/types";
import { type DataOf, importedEvent, keptType } from "../../records/event.js";
import { type ImportedEvent } from "../../source.js";

/** The agent's name in events and in derived ids. */
export const AGENT = "opencode";

/** The session that events are made for. */
export interface SessionContext {
  readonly native: NativeSessionId;
  readonly session: SessionId;
  /** The file it was read from. */
  readonly path: string;
  /** Its working directory. */
  readonly cwd: string | undefined;
  /** Another agent, and no person, asks the questions in it. */
  readonly isSubAgent: boolean;
}

/** Where an event comes from. */
export interface Origin {
  /** What its id is derived from: ids of OpenCode's own, and what tells apart the events of one part. */
  readonly key: readonly string[];
  readonly time: string;
  /** Whether the time is that of something near it. */
  readonly inferred: boolean;
  /** False where a person did it. */
  readonly byAgent: boolean;
  /** For `meta.opencode`. */
  readonly about?: JsonObject;
}

/** An event of a known kind. */
export function eventOf<T extends SessionEventType>(
  context: SessionContext,
  type: T,
  origin: Origin,
  data: DataOf<T>,
): ImportedEvent {
  return build(context, type, origin, data);
}

/** What has no place in the vocabulary, kept as it is under `opencode.<name>`. */
export function keptEventOf(context: SessionContext, name: string, origin: Origin, data: JsonObject): ImportedEvent {
  return build(context, keptType(AGENT, name), origin, data);
}

function build(context: SessionContext, type: string, origin: Origin, data: JsonObject): ImportedEvent {
  const { native: nativeSession, session, path } = context;
  const { key, time, inferred, byAgent, about } = origin;
  const place = { nativeSession, session, path, time, timed: !inferred };
  const actor = byAgent ? { agent: AGENT } : undefined;
  return importedEvent(AGENT, place, type, JSON.stringify(key), data, { actor, meta: about });
}
