import { type FileRead, type FileWritten, type JsonObject, type JsonValue } from "@agentlog/types";
import { countField, defined, isObject, listField, objectField, textField } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, type RecordContext } from "../record.js";
import { type OpenCall } from "./calls.js";

/** What a tool that succeeded did to a file, where that is plain from the tool. */
export function mapFileEffect(
  context: RecordContext,
  index: number,
  callId: string,
  call: OpenCall,
  details: JsonObject | undefined,
): readonly ImportedEvent[] | undefined {
  const file = objectField(details, "file");
  const path = textField(file, "filePath") ?? textField(details, "filePath") ?? call.path;
  if (path === undefined) return undefined;
  if (call.kind === "file-read") {
    return [eventOf(context, "file.read", `file.${index}`, { ...readPart(file), path, callId })];
  }
  const writes = call.kind === "file-write" || call.kind === "file-edit" || call.name === "NotebookEdit";
  if (!writes) return undefined;
  const change = details?.["type"] === "create" ? "created" : "modified";
  // A tool that writes whole files and says nothing more may have done either.
  const known = call.kind !== "file-write" || textField(details, "type") !== undefined;
  const data = defined<FileWritten>({
    path,
    callId,
    change: known ? change : undefined,
    bytes: call.kind === "file-write" ? bytesOf(details?.["content"]) : undefined,
    ...patchLines(details),
  });
  return [eventOf(context, "file.written", `file.${index}`, data)];
}

/** Which lines were read; a whole file has a size instead. */
function readPart(file: JsonObject | undefined): Partial<FileRead> {
  const startLine = countField(file, "startLine");
  const lines = countField(file, "numLines");
  const total = countField(file, "totalLines");
  if (lines === undefined || total === undefined) return {};
  if (lines >= total) return defined<Partial<FileRead>>({ bytes: bytesOf(file?.["content"]) });
  return defined<Partial<FileRead>>({ startLine: startLine === 0 ? 1 : startLine, lines });
}

function bytesOf(content: JsonValue | undefined): number | undefined {
  return typeof content === "string" ? Buffer.byteLength(content) : undefined;
}

/** Lines added and removed by the patch, when there is one. */
function patchLines(details: JsonObject | undefined): Pick<FileWritten, "addedLines" | "removedLines"> {
  const hunks = listField(details, "structuredPatch").filter(isObject);
  if (hunks.length === 0) return {};
  const lines = hunks.flatMap((hunk) => listField(hunk, "lines"));
  const count = (mark: string): number =>
    lines.filter((line) => typeof line === "string" && line.startsWith(mark)).length;
  return { addedLines: count("+"), removedLines: count("-") };
}
