import { type JsonObject } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, objectField, without } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, keptEventOf } from "../event.js";
import { msIn } from "../time.js";
import { type MessageContext } from "./message-context.js";
import { type Usage } from "./usage.js";

/** What stands in the events of a message already, or is worked out by OpenCode from other things it has. */
const TOLD = ["id", "sessionID", "role", "time", "tokens", "cost", "model", "modelID", "providerID", "agent", "mode"];
const TOLD_TOO = ["variant", "parentID", "parts", "path", "summary", "system", "tools", "error"];

/** What only the end of a message says: what it used, its error, and whatever else it has. */
export function mapEnd(context: MessageContext, usage: Usage): readonly ImportedEvent[] {
  const { message, session, id } = context;
  const ms = msIn(objectField(message, "time"), "completed");
  const events: ImportedEvent[] = [];
  const total = usage.total(message);
  const rest = context.role === "assistant" ? without(message, ...TOLD, ...TOLD_TOO) : undefined;
  if (total !== undefined) {
    const data = defined<DataOf<"usage.recorded">>({
      ...total,
      model: context.model,
      messageId: id,
      details: rest,
    });
    events.push(eventOf(session, "usage.recorded", context.origin("", "usage", ms), data));
  }
  const error = objectField(message, "error");
  if (error !== undefined) {
    const data: JsonObject = { ...error, ...(total === undefined && rest !== undefined ? { message: rest } : {}) };
    events.push(keptEventOf(session, "error", context.origin("", "error", ms), data));
  }
  return events;
}
