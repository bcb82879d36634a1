import { type FileRead, type FileWritten, type JsonObject } from "@agentlog/types";
import { defined, isObject, listField, objectField, textField } from "../../../records/fields.js";
import { readPatch } from "../../../records/patch-text.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, type RecordContext } from "../record.js";
import { type OpenCall } from "../state.js";

/** What a tool that succeeded did to files, where that is plain from the tool. */
export function mapFileEffect(
  context: RecordContext,
  callId: string,
  { name, input }: OpenCall,
  telemetry: JsonObject | undefined,
): readonly ImportedEvent[] {
  if (name === "apply_patch") return patched(context, callId, patchIn(input));
  const fields = isObject(input) ? input : undefined;
  const path = textField(fields, "path");
  if (path === undefined) return [];
  // One tool of earlier versions has the others as its commands.
  const does = name === "str_replace_editor" ? textField(fields, "command") : name;
  switch (does) {
    case "view":
      // The tool shows directories too.
      if (textField(objectField(telemetry, "properties"), "viewType") === "directory") return [];
      return [eventOf(context, "file.read", "file", { path, callId, ...linesIn(fields) })];
    case "create": {
      const text = textField(fields, "file_text");
      const bytes = text === undefined ? undefined : Buffer.byteLength(text);
      const data = defined<FileWritten>({ path, callId, change: "created", bytes });
      return [eventOf(context, "file.written", "file", data)];
    }
    case "edit":
    case "str_replace":
    case "insert":
      return [eventOf(context, "file.written", "file", { path, callId, change: "modified" })];
    default:
      return [];
  }
}

function linesIn(input: JsonObject | undefined): Pick<FileRead, "startLine" | "lines"> {
  const [from, to] = listField(input, "view_range");
  if (!Number.isSafeInteger(from) || (from as number) < 1) return {};
  const startLine = from as number;
  const lines = Number.isSafeInteger(to) && (to as number) >= startLine ? (to as number) - startLine + 1 : undefined;
  return lines === undefined ? { startLine } : { startLine, lines };
}

function patchIn(input: OpenCall["input"]): string {
  if (typeof input === "string") return input;
  return isObject(input) ? (textField(input, "patch") ?? textField(input, "input") ?? "") : "";
}

function patched(context: RecordContext, callId: string, patch: string): readonly ImportedEvent[] {
  return readPatch(patch).flatMap(({ path, change, movedTo, addedLines, removedLines }, index) => {
    const gone = change === "deleted" || movedTo !== undefined;
    const deleted = gone ? [eventOf(context, "file.deleted", `file.${index}.deleted`, { path, callId })] : [];
    if (change === "deleted") return deleted;
    const data = defined<FileWritten>({
      path: movedTo ?? path,
      callId,
      change: movedTo === undefined ? change : "created",
      addedLines,
      removedLines,
    });
    return [...deleted, eventOf(context, "file.written", `file.${index}`, data)];
  });
}
