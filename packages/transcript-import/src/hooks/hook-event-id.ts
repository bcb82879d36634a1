import { deriveEventId, type EventId, type JsonValue } from "@agentlog/types";
import { canonicalDigest } from "./canonical-digest.js";

/**
 * The id of what a hook tells: the same from each hook that tells it, so that a plugin and a settings file that both
 * report make one event.
 *
 * `event` names what happened, `key` is the agent's own id for it, or "" where it has none, and `digest` is
 * `canonicalDigest` of what tells it apart from others with that key, or "" where the key alone does.
 */
export function hookEventId(agent: string, native: string, event: string, key: string, digest: string): EventId {
  return deriveEventId(agent, native, `hook/${event}/${key}/${digest}`);
}

/**
 * Call ids of so many characters are random (`toolu_01…`, `call_…`, a uuid) and name one call. Shorter ones are counted
 * (`call_0`) and come again, so that the call's input must tell which is meant. An agent's hook and its transcript may also
 * differ in the input of one call, by a default that one of them fills in: another reason to do without it where possible.
 */
const RANDOM_ID_LENGTH = 20;

const callDigest = (callId: string, input: JsonValue | undefined): string =>
  callId.length >= RANDOM_ID_LENGTH ? "" : canonicalDigest(input ?? null);

/** The id of a tool call as a hook tells it. An importer passes it as another name of its own event of that call. */
export function hookCallId(agent: string, native: string, callId: string, input: JsonValue | undefined): EventId {
  return hookEventId(agent, native, "tool.called", callId, callDigest(callId, input));
}

/** The same for the call's result, good or bad: which of the two it was may be told differently. `input` is the call's. */
export function hookResultId(agent: string, native: string, callId: string, input: JsonValue | undefined): EventId {
  return hookEventId(agent, native, "tool.result", callId, callDigest(callId, input));
}

/**
 * The same for what a person typed. The text is part of it: one prompt id covers a whole turn, and a turn may have more
 * messages of its own, such as what a command put into the conversation.
 */
export function hookPromptId(agent: string, native: string, promptId: string, text: string): EventId {
  return hookEventId(agent, native, "prompt", promptId, canonicalDigest(text.trim()));
}
