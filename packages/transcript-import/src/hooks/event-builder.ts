import {
  type Actor,
  deriveEventId,
  deriveSessionId,
  type EventId,
  type JsonObject,
  type NativeSessionId,
  type SessionEventType,
} from "@agentlog/types";
import { assertStorable } from "@agentlog/event-log";
import { type ImportedEvent } from "../source.js";
import { type DataOf } from "../records/event.js";
import { canonicalDigest } from "./canonical-digest.js";
import { type HookCall } from "./captured.js";
import { hookEventId } from "./hook-event-id.js";
import { type HookEvent } from "./mapped.js";

/** Makes the events of one call. */
export interface EventBuilder {
  /** One of the vocabulary. Without an id it is told apart from others by the payload and the moment. */
  known<T extends SessionEventType>(type: T, data: DataOf<T>, id?: EventId): HookEvent;
  /** What no kind has a place for, or what the transcript tells better: the payload under `<agent>.hook.<name>`. */
  kept(): HookEvent;
  /** The id an import of the agent's transcripts gives to an event that it tells once in a session. */
  named(name: string): EventId;
}

/**
 * Milliseconds in which a payload that comes again is the same event, told by two hooks (a plugin's and a settings file's).
 * Two of the same from here on to twice as long are one as well; a person does not resume a session so fast.
 */
const SAME_MOMENT_MS = 2_000;

export function createEventBuilder(
  call: HookCall,
  native: NativeSessionId,
  name: string,
  about: { readonly actor?: Actor | undefined; readonly meta?: JsonObject | undefined } = {},
): EventBuilder {
  const { agent, received, payload } = call;
  const session = deriveSessionId(agent, native);

  const build = (type: string, data: JsonObject, id: EventId, sameAs: readonly EventId[]): HookEvent => {
    const event: ImportedEvent = {
      id,
      time: received,
      type,
      data,
      session,
      ...(about.actor === undefined ? {} : { actor: about.actor }),
      source: { kind: "hook", agent, nativeSession: native },
      meta: { [agent]: { hook: name.slice(0, 200), ...about.meta } },
    };
    return { event: storable(event, call.text), sameAs };
  };

  const moment = (): readonly [EventId, readonly EventId[]] => {
    const digest = canonicalDigest(payload);
    const at = Math.floor(Date.parse(received) / SAME_MOMENT_MS);
    const idAt = (slot: number): EventId => hookEventId(agent, native, name, String(slot), digest);
    // A later one may have been captured a little earlier.
    return [idAt(at), [idAt(at - 1), idAt(at + 1)]];
  };

  return {
    known: (type, data, id) => {
      if (id !== undefined) return build(type, data, id, []);
      return build(type, data, ...moment());
    },
    kept: () => build(`${agent}.hook.${hyphenated(name)}`, payload, ...moment()),
    named: (event) => deriveEventId(agent, native, event),
  };
}

/** What a log would refuse, such as 10,000 brackets in each other, is kept as the text it came as. */
function storable(event: ImportedEvent, text: string): ImportedEvent {
  try {
    assertStorable(event);
    return event;
  } catch {
    const agent = event.source?.agent ?? "unknown";
    return { ...event, type: `${agent}.hook.unstorable`, data: { type: event.type, payload: text } };
  }
}

/** `PreToolUse` as `pre-tool-use`; a segment of a type has no other characters than these. */
function hyphenated(name: string): string {
  const safe = name
    .slice(0, 200)
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .slice(0, 64)
    .replace(/^-+|-+$/g, "");
  return safe === "" ? "unknown" : safe;
}
