import { type JsonObject } from "@agentlog/types";
import { flagField, objectField, textField } from "../../../records/fields.js";
import { type Origin, type SessionContext } from "../event.js";
import { msIn, toTime } from "../time.js";

/** A message while its parts become events. */
export interface MessageContext {
  readonly session: SessionContext;
  readonly id: string;
  readonly message: JsonObject;
  readonly role: "user" | "assistant" | "system";
  readonly model: string | undefined;
  /** Where an event of a part comes from. A part without a time happened when what stands before it did. */
  origin(part: string, event: string, ms: number | undefined): Origin;
  /** The latest time so far, in milliseconds. */
  readonly latestMs: number;
}

/** @param beforeMs when what stands before the message happened */
export function createMessageContext(
  session: SessionContext,
  id: string,
  message: JsonObject,
  beforeMs: number,
): MessageContext {
  const role = roleOf(message);
  const created = msIn(objectField(message, "time"), "created");
  let latestMs = created ?? beforeMs;
  let first = true;
  return {
    session,
    id,
    message,
    role,
    model: modelOf(message),
    get latestMs() {
      return latestMs;
    },
    origin: (part, event, ms) => {
      latestMs = ms ?? latestMs;
      const about: JsonObject = { message: id, part, ...(first ? envelopeOf(message) : {}) };
      first = false;
      const byAgent = role !== "user";
      return { key: [id, part, event], time: toTime(latestMs), inferred: ms === undefined, byAgent, about };
    },
  };
}

function roleOf(message: JsonObject): MessageContext["role"] {
  const { role } = message;
  return role === "user" || role === "assistant" ? role : "system";
}

/** An answer names its model; a prompt names the one it was meant for. */
export function modelOf(message: JsonObject): string | undefined {
  const model = objectField(message, "model");
  return textField(message, "modelID") ?? textField(model, "modelID") ?? textField(model, "id");
}

/**
 * What a message says about itself from its first moment on, for the first event of it. What comes later (cost, error,
 * how it ended) is told at its end: the first event must be the same however much of the message there was.
 */
function envelopeOf(message: JsonObject): JsonObject {
  const provider = textField(message, "providerID") ?? textField(objectField(message, "model"), "providerID");
  const named = ["agent", "mode", "variant", "parentID"].map((name) => [name, textField(message, name)] as const);
  return Object.fromEntries([
    ...named.filter(([, value]) => value !== undefined),
    ...(provider === undefined ? [] : [["providerID", provider]]),
    ...(flagField(message, "summary") ? [["summary", true]] : []),
  ]) as JsonObject;
}

/** True when a person typed the texts of this message. */
export function isTyped({ role, session }: MessageContext): boolean {
  return role === "user" && !session.isSubAgent;
}
