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

/** Data of a kind, with what else there is to say about it. */
export type DataOf<T extends SessionEventType> = SessionEventData[T] & { readonly details?: JsonValue };

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
  return build(context, `${AGENT}.${safeName(name)}`, origin, data);
}

function build(context: SessionContext, type: string, origin: Origin, data: JsonObject): ImportedEvent {
  const { native, session, path } = context;
  const { key, time, inferred, byAgent } = origin;
  const about: JsonObject = { ...origin.about, ...(inferred ? { timeInferred: true } : {}) };
  return {
    id: deriveEventId(AGENT, native, JSON.stringify(key)),
    time,
    type,
    data,
    session,
    run: 1,
    ...(byAgent ? { actor: { agent: AGENT } } : {}),
    source: { kind: "import", agent: AGENT, nativeSession: native, path },
    ...(Object.keys(about).length === 0 ? {} : { meta: { [AGENT]: about } }),
  };
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

/** The same for the same content. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
