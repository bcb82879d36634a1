import { type FileRead, type FileWritten, type JsonObject, type ToolKind } from "@agentlog/types";
import { countField, defined, isObject, listField, objectField, textField } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf } from "../event.js";
import { type MessageContext } from "./message-context.js";
import { type WrittenFiles } from "./written-files.js";

/** What a tool that succeeded did to files, where its input or its metadata says so. */
export function mapToolFiles(
  context: MessageContext,
  part: string,
  callId: string,
  kind: ToolKind,
  state: JsonObject,
  written: WrittenFiles,
): readonly ImportedEvent[] {
  const input = objectField(state, "input");
  const metadata = objectField(state, "metadata");
  if (kind === "file-read") {
    const path = textField(input, "filePath");
    if (path === undefined) return [];
    const data = defined<FileRead>({ path, callId, ...rangeOf(input) });
    return [eventOf(context.session, "file.read", context.origin(part, "file.0", undefined), data)];
  }
  if (kind !== "file-write" && kind !== "file-edit") return [];
  return changesOf(kind, input, metadata).map((change, index) => {
    const { deleted, ...data } = change;
    written.add(data.path);
    const origin = context.origin(part, `file.${index}`, undefined);
    return deleted
      ? eventOf(context.session, "file.deleted", origin, { path: data.path, callId })
      : eventOf(context.session, "file.written", origin, { ...data, callId });
  });
}

type Change = FileWritten & { readonly deleted?: boolean };

function changesOf(kind: ToolKind, input: JsonObject | undefined, metadata: JsonObject | undefined): readonly Change[] {
  // One patch may change many files.
  const listed = listField(metadata, "files").filter(isObject).flatMap(listedChange);
  if (listed.length > 0) return listed;
  const diff = objectField(metadata, "filediff");
  const path = textField(metadata, "filepath") ?? textField(diff, "file") ?? textField(input, "filePath");
  if (path === undefined) return [];
  const exists = metadata?.["exists"];
  const content = kind === "file-write" ? input?.["content"] : undefined;
  const change = kind === "file-edit" || exists === true ? "modified" : exists === false ? "created" : undefined;
  return [
    defined<Change>({
      path,
      change,
      bytes: typeof content === "string" ? Buffer.byteLength(content) : undefined,
      addedLines: countField(diff, "additions"),
      removedLines: countField(diff, "deletions"),
    }),
  ];
}

function listedChange(file: JsonObject): readonly Change[] {
  const path = textField(file, "movePath") ?? textField(file, "filePath");
  if (path === undefined) return [];
  const { type } = file;
  return [
    defined<Change>({
      path,
      deleted: type === "delete" ? true : undefined,
      change: type === "add" ? "created" : type === "update" || type === "move" ? "modified" : undefined,
      addedLines: countField(file, "additions"),
      removedLines: countField(file, "deletions"),
    }),
  ];
}

/** Which lines were asked for. Versions count the first line as 0 or as 1, so the start may be one too low. */
function rangeOf(input: JsonObject | undefined): Partial<FileRead> {
  const offset = countField(input, "offset");
  const lines = countField(input, "limit");
  if (offset === undefined && lines === undefined) return {};
  return defined<Partial<FileRead>>({ startLine: Math.max(offset ?? 1, 1), lines });
}
