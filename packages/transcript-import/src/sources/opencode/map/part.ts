import { fileURLToPath } from "node:url";
import { type JsonObject } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, flagField, listField, objectField, textField, without } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, keptEventOf } from "../event.js";
import { msIn } from "../time.js";
import { isTyped, modelOf, type MessageContext } from "./message-context.js";
import { type Progress } from "./progress.js";
import { mapTool } from "./tool.js";
import { type WrittenFiles } from "./written-files.js";

/** The events of one part. Their ids and their data stay the same from the moment they are made. */
export function mapPart(
  context: MessageContext,
  id: string,
  part: JsonObject,
  progress: Progress,
  written: WrittenFiles,
): readonly ImportedEvent[] {
  return mapped(context, id, part, progress, written) ?? [kept(context, id, part)];
}

/** A part that no kind has a place for, whole but for the ids that are in its `meta`. */
function kept(context: MessageContext, id: string, part: JsonObject): ImportedEvent {
  const ms = msIn(objectField(part, "time"), "created");
  const name = textField(part, "type") ?? "untyped";
  return keptEventOf(context.session, name, context.origin(id, "part", ms), withoutIds(part));
}

function mapped(
  context: MessageContext,
  id: string,
  part: JsonObject,
  progress: Progress,
  written: WrittenFiles,
): readonly ImportedEvent[] | undefined {
  switch (part["type"]) {
    case "text":
      return typeof part["text"] === "string" ? [message(context, id, part, part["text"])] : undefined;
    case "reasoning":
      return typeof part["text"] === "string" ? [reasoning(context, id, part, part["text"])] : undefined;
    case "tool":
      return mapTool(context, id, part, progress, written);
    case "compaction":
      return part["status"] === "failed" ? undefined : [compaction(context, id, part)];
    case "patch":
      return patch(context, id, part, written);
    case "file":
      return attachedFile(context, id, part);
    case "model-switched":
      return modelSwitch(context, id, part);
    default:
      return undefined;
  }
}

/** When a text was there whole. */
function endOf(part: JsonObject): number | undefined {
  const time = objectField(part, "time");
  return msIn(time, "end") ?? msIn(time, "start");
}

function message(context: MessageContext, id: string, part: JsonObject, text: string): ImportedEvent {
  const own = context.role === "user" ? msIn(objectField(context.message, "time"), "created") : undefined;
  const data = defined<DataOf<"message.sent">>({
    role: context.role,
    text,
    messageId: context.id,
    model: context.role === "assistant" ? context.model : undefined,
    synthetic: isSynthetic(context, part) ? true : undefined,
    details: without(withoutIds(part), "type", "text", "time", "synthetic"),
  });
  return eventOf(context.session, "message.sent", context.origin(id, "message", endOf(part) ?? own), data);
}

/** True when no person typed it and no model said it. `ignored`: shown to the person, and kept from the model. */
export function isSynthetic(context: MessageContext, part: JsonObject): boolean {
  if (flagField(part, "synthetic") || flagField(part, "ignored")) return true;
  return context.role !== "assistant" && !isTyped(context);
}

function reasoning(context: MessageContext, id: string, part: JsonObject, text: string): ImportedEvent {
  const data = defined<DataOf<"reasoning.recorded">>({
    text,
    messageId: context.id,
    model: context.model,
    details: without(withoutIds(part), "type", "text", "time"),
  });
  return eventOf(context.session, "reasoning.recorded", context.origin(id, "reasoning", endOf(part)), data);
}

function compaction(context: MessageContext, id: string, part: JsonObject): ImportedEvent {
  const data = defined<DataOf<"context.compacted">>({
    trigger: part["auto"] === false ? "manual" : "auto",
    summary: textField(part, "summary"),
    details: without(withoutIds(part), "type", "auto", "summary", "status"),
  });
  return eventOf(context.session, "context.compacted", context.origin(id, "compacted", undefined), data);
}

/** The files that a step changed, without those that its tools have told of already. */
function patch(
  context: MessageContext,
  id: string,
  part: JsonObject,
  written: WrittenFiles,
): readonly ImportedEvent[] | undefined {
  const files = listField(part, "files").filter((file) => typeof file === "string" && file !== "") as string[];
  if (files.length === 0) return undefined;
  return files.flatMap((path, index) => {
    if (written.has(path)) return [];
    const origin = context.origin(id, `file.${index}`, undefined);
    const details = { hash: part["hash"] ?? null };
    return [eventOf(context.session, "file.written", origin, { path, details })];
  });
}

/** A file that somebody put into the conversation: it was read. One that came without a path is kept whole. */
function attachedFile(context: MessageContext, id: string, part: JsonObject): readonly ImportedEvent[] | undefined {
  const path = textField(objectField(part, "source"), "path") ?? pathOf(textField(part, "url"));
  if (path === undefined) return undefined;
  const details = without(withoutIds(part), "type") ?? {};
  const data = { path, details } as DataOf<"file.read">;
  return [eventOf(context.session, "file.read", context.origin(id, "file.0", undefined), data)];
}

function pathOf(url: string | undefined): string | undefined {
  if (url?.startsWith("file:///") !== true) return undefined;
  try {
    return fileURLToPath(new URL(url), { windows: false });
  } catch {
    return undefined;
  }
}

function modelSwitch(context: MessageContext, id: string, part: JsonObject): readonly ImportedEvent[] | undefined {
  const to = modelOf(part);
  if (to === undefined) return undefined;
  const from = textField(objectField(part, "previous"), "id");
  const data = defined<DataOf<"model.switched">>({ from, to, details: without(part, "type", "time") });
  return [eventOf(context.session, "model.switched", context.origin(id, "switched", undefined), data)];
}

function withoutIds(part: JsonObject): JsonObject {
  return without(part, "id", "messageID", "sessionID") ?? {};
}
