import { type JsonObject } from "@agentlog/types";
import { isObject, objectField, textField } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { AGENT, keptEventOf, type RecordContext } from "../record.js";
import { createCalls } from "./calls.js";
import { mapAssistant, mapUser } from "./messages.js";
import { createStarts } from "./starts.js";
import { mapSystem } from "./system.js";
import { mapTitle } from "./title.js";
import { createUsage } from "./usage.js";

/** Turns the records of one file, in order, into events. */
export interface Mapper {
  map(context: RecordContext): readonly ImportedEvent[];
  /** What was held back until the file is known to be finished. */
  finish(): readonly ImportedEvent[];
}

/** Above this, in characters of JSON, what a record says beside its content is an event of its own: `meta` cannot be spilled. */
const LARGEST_ENVELOPE = 32_768;

export function createMapper(): Mapper {
  const starts = createStarts();
  const usage = createUsage();
  const calls = createCalls();

  const content = (context: RecordContext): readonly ImportedEvent[] => {
    switch (context.record["type"]) {
      case "user":
        return mapUser(context, calls);
      case "assistant":
        return mapAssistant(context, calls);
      case "system":
        return mapSystem(context);
      case "custom-title":
      case "ai-title":
        return mapTitle(context);
      default:
        return [];
    }
  };

  return {
    map: (context) => {
      const { record } = context;
      const mapped = content(context);
      const carried = mapped.length === 0 ? [keptRecord(context)] : withEnvelope(context, mapped);
      const before = [...usage.before(context), ...starts.before(context)];
      const after = isObject(record["message"]) ? usage.after(context) : [];
      return [...before, ...carried, ...after];
    },
    finish: () => usage.finish(),
  };
}

/** A record that no kind has a place for, whole. */
function keptRecord(context: RecordContext): ImportedEvent {
  return keptEventOf(context, textField(context.record, "type") ?? "untyped", "record", context.record);
}

/** Puts what the record says beside its content on the first of its events. */
function withEnvelope(context: RecordContext, events: readonly ImportedEvent[]): readonly ImportedEvent[] {
  const [first, ...others] = events as readonly [ImportedEvent, ...ImportedEvent[]];
  const { envelope, record } = context;
  if (JSON.stringify(envelope).length > LARGEST_ENVELOPE) {
    return [...events, keptEventOf(context, textField(record, "type") ?? "untyped", "envelope", envelope)];
  }
  const meta: JsonObject = { ...first.meta, [AGENT]: { ...objectField(first.meta, AGENT), ...envelope } };
  return [{ ...first, meta }, ...others];
}
