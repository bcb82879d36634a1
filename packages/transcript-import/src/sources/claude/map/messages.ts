import { type JsonObject, type JsonValue } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, flagField, isObject, objectField, textField, without } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, keptEventOf, type RecordContext } from "../record.js";
import { type Calls } from "./calls.js";
import { mapToolCall } from "./tool-call.js";
import { mapToolResult } from "./tool-result.js";

/** A `user` record: what a person typed, what was injected in their name, the results of tools. */
export function mapUser(context: RecordContext, calls: Calls): readonly ImportedEvent[] {
  const blocks = blocksOf(context.record);
  const firstResult = blocks.findIndex((block) => isObject(block) && block["type"] === "tool_result");
  return blocks.flatMap((block, index) => {
    if (isObject(block) && block["type"] === "tool_result") {
      // The record has one place for details, so they are those of its first result.
      const details = index === firstResult ? context.record["toolUseResult"] : undefined;
      const mapped = mapToolResult(context, block, index, details, calls);
      if (mapped !== undefined) return mapped;
    }
    const text = textOf(block);
    return text === undefined ? keptBlock(context, block, index) : [message(context, text, index, block)];
  });
}

/** An `assistant` record: one line of an answer, most often one block of it. */
export function mapAssistant(context: RecordContext, calls: Calls): readonly ImportedEvent[] {
  return blocksOf(context.record).flatMap((block, index) => {
    const text = textOf(block);
    if (text !== undefined) return [message(context, text, index, block)];
    if (!isObject(block)) return keptBlock(context, block, index);
    if (block["type"] === "thinking" || block["type"] === "redacted_thinking")
      return [reasoning(context, block, index)];
    const called = block["type"] === "tool_use" ? mapToolCall(context, block, index, calls) : undefined;
    return called === undefined ? keptBlock(context, block, index) : [called];
  });
}

function blocksOf(record: JsonObject): readonly JsonValue[] {
  const content = objectField(record, "message")?.["content"];
  if (Array.isArray(content)) return content as readonly JsonValue[];
  return typeof content === "string" ? [content] : [];
}

function textOf(block: JsonValue): string | undefined {
  if (typeof block === "string") return block;
  const text = isObject(block) && block["type"] === "text" ? block["text"] : undefined;
  return typeof text === "string" ? text : undefined;
}

function message(context: RecordContext, text: string, index: number, block: JsonValue): ImportedEvent {
  const { record } = context;
  const about = objectField(record, "message");
  const data = defined<DataOf<"message.sent">>({
    role: record["type"] === "assistant" ? "assistant" : "user",
    text,
    messageId: textField(about, "id"),
    requestId: textField(record, "requestId"),
    model: textField(about, "model"),
    stopReason: textField(about, "stop_reason"),
    synthetic: isSynthetic(context, text) ? true : undefined,
    details: isObject(block) ? without(block, "type", "text") : undefined,
  });
  return eventOf(context, "message.sent", `message.${index}`, data);
}

function reasoning(context: RecordContext, block: JsonObject, index: number): ImportedEvent {
  const about = objectField(context.record, "message");
  const { thinking } = block;
  const data = defined<DataOf<"reasoning.recorded">>({
    text: typeof thinking === "string" ? thinking : "",
    messageId: textField(about, "id"),
    model: textField(about, "model"),
    details: without(block, "type", "thinking"),
  });
  return eventOf(context, "reasoning.recorded", `reasoning.${index}`, data);
}

/** A block that no kind has a place for: an image, a search result, something newer. */
function keptBlock(context: RecordContext, block: JsonValue, index: number): readonly ImportedEvent[] {
  const type = isObject(block) ? (textField(block, "type") ?? "untyped") : "untyped";
  return [keptEventOf(context, `content.${type}`, `content.${index}`, isObject(block) ? block : { value: block })];
}

/** What Claude Code puts in a person's mouth begins like this. */
const INJECTED =
  /^\s*<(?:local-command-(?:stdout|stderr|caveat)|bash-(?:stdout|stderr)|task-notification|system-reminder)\b|^Caveat: The messages below were generated|^\[Request interrupted by user/;

/** True when a person typed it into the main conversation: no command, no answer of a tool. */
export function isTyped(context: RecordContext, text: string): boolean {
  return context.record["type"] === "user" && !isSynthetic(context, text) && !COMMAND.test(text);
}

const COMMAND = /^\s*<command-(?:name|message|args)>/;

/** True when no person typed it and no model said it. */
function isSynthetic({ record, subAgent }: RecordContext, text: string): boolean {
  if (record["type"] === "assistant") return textField(objectField(record, "message"), "model") === "<synthetic>";
  const origin = textField(objectField(record, "origin"), "kind");
  return (
    subAgent !== undefined ||
    flagField(record, "isSidechain") ||
    flagField(record, "isMeta") ||
    flagField(record, "isCompactSummary") ||
    flagField(record, "isVisibleInTranscriptOnly") ||
    (origin !== undefined && origin !== "human") ||
    record["promptSource"] === "system" ||
    INJECTED.test(text)
  );
}
