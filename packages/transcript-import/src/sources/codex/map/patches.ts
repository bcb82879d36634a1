import { type JsonObject } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, isObject, objectField, textField, without } from "../../../records/fields.js";
import { type FileChange, MOST_CHANGES } from "../../../records/patch-text.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, type RecordContext } from "../record.js";
import { type Handler, type MapperState } from "./state.js";

/** The files that a patch has changed. */
export function fileEvents(
  context: RecordContext,
  callId: string,
  changes: readonly FileChange[],
): readonly ImportedEvent[] {
  return changes.flatMap(({ path, movedTo, change, details, ...counts }, index) => {
    const from = absolute(path, context.cwd);
    const gone = change === "deleted" || movedTo !== undefined;
    const about = change === "deleted" ? details : undefined;
    const deletion = defined<DataOf<"file.deleted">>({ path: from, callId, details: about });
    const deleted = gone ? [eventOf(context, "file.deleted", `file.${index}.deleted`, deletion)] : [];
    if (change === "deleted") return deleted;
    const to = movedTo === undefined ? from : absolute(movedTo, context.cwd);
    const made = movedTo === undefined ? change : "created";
    const data = defined<DataOf<"file.written">>({
      path: to,
      callId,
      change: made,
      bytes: counts.bytes,
      addedLines: counts.addedLines,
      removedLines: counts.removedLines,
      details,
    });
    return [...deleted, eventOf(context, "file.written", `file.${index}`, data)];
  });
}

/** A patch names files as seen from the turn's directory, which may be on a machine of another kind than this one. */
function absolute(path: string, cwd: string | undefined): string {
  if (cwd === undefined || /^(?:[/\\]|[A-Za-z]:)/.test(path)) return path;
  const separator = cwd.includes("\\") && !cwd.includes("/") ? "\\" : "/";
  return `${cwd}${/[/\\]$/.test(cwd) ? "" : separator}${path.replace(/^(?:\.[/\\])+/, "")}`;
}

/** The end of a patch: it knows more than the patch itself, and comes before the tool's result. */
function patchEnd(
  context: RecordContext,
  { calls }: MapperState,
  callId: string | undefined,
  about: JsonObject | undefined,
): readonly ImportedEvent[] {
  const isApplied = about?.["success"] === true || about?.["status"] === "completed";
  const entries = Object.entries(objectField(about, "changes") ?? {});
  if (about === undefined || callId === undefined || !isApplied || entries.length > MOST_CHANGES) return [];
  const call = calls.get(callId);
  if (call.told.has("files")) return [];
  const [first, ...others] = entries.flatMap(readChange);
  if (first === undefined) return [];
  call.told.add("files");
  // What it says beside the files is with the first of them.
  const rest = without(about, "type", "call_id", "id", "changes");
  return fileEvents(context, callId, [{ ...first, details: { ...rest, ...first.details } }, ...others]);
}

const KINDS: ReadonlyMap<unknown, FileChange["change"]> = new Map([
  ["add", "created"],
  ["update", "modified"],
  ["delete", "deleted"],
]);

function readChange([path, about]: readonly [string, unknown]): readonly FileChange[] {
  const fields = isObject(about as JsonObject) ? (about as JsonObject) : undefined;
  const change = KINDS.get(fields?.["type"]);
  if (change === undefined || path === "") return [];
  const content = textField(fields, "content");
  const details = fields === undefined ? undefined : without(fields, "type");
  if (change === "created") return [{ path, change, details, ...(content === undefined ? {} : wholeFile(content)) }];
  if (change === "deleted") return [{ path, change, details }];
  const movedTo = textField(fields, "move_path");
  return [{ path, change, movedTo, details, ...diffLines(textField(fields, "unified_diff")) }];
}

function wholeFile(content: string): Pick<FileChange, "addedLines" | "removedLines" | "bytes"> {
  const lines = content.split("\n").length - (content.endsWith("\n") ? 1 : 0);
  return { addedLines: lines, removedLines: 0, bytes: Buffer.byteLength(content) };
}

function diffLines(diff: string | undefined): Pick<FileChange, "addedLines" | "removedLines"> {
  const start = diff?.search(/^@@/m) ?? -1;
  if (diff === undefined || start === -1) return {};
  const lines = diff.slice(start).split("\n");
  const count = (mark: string): number => lines.filter((line) => line.startsWith(mark)).length;
  return { addedLines: count("+"), removedLines: count("-") };
}

export const patchHandlers: readonly (readonly [string, Handler])[] = [
  [
    "event_msg/patch_apply_end",
    (context, state) => {
      const { payload } = context.item;
      return patchEnd(context, state, textField(payload, "call_id"), payload);
    },
  ],
  [
    "event_msg/item_completed/FileChange",
    (context, state) => {
      const item = objectField(context.item.payload, "item");
      return patchEnd(context, state, textField(item, "id"), item);
    },
  ],
];
