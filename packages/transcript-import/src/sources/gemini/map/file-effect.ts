import { type FileRead, type FileWritten } from "@agentlog/types";
import { countField, defined, isObject, objectField, textField } from "../../../records/fields.js";
import { type Part, partOf } from "../event.js";
import { type Call } from "./tool.js";

/** What a tool that succeeded did to a file, where that is plain from the tool. */
export function mapFileEffect(
  at: Pick<Part, "time" | "timed">,
  { callId, name, input, display }: Call,
  output: string | undefined,
): readonly Part[] {
  const shown = isObject(display) ? display : undefined;
  const path = textField(shown, "filePath") ?? textField(input, "file_path") ?? textField(input, "absolute_path");
  if (path === undefined) return [];
  const key = `call/${callId}/file`;
  if (name === "read_file") {
    const start = countField(input, "start_line");
    // Versions counted from 0 before they counted from 1.
    const offset = countField(input, "offset");
    const data = defined<FileRead>({ path, callId, startLine: start === 0 ? 1 : (start ?? after(offset)) });
    return [partOf(at, "file.read", key, "", data)];
  }
  if (name !== "write_file" && name !== "replace") return [];
  const stat = objectField(shown, "diffStat");
  const text = name === "write_file" ? textField(input, "content") : undefined;
  const data = defined<FileWritten>({
    path,
    callId,
    change: changeIn(shown?.["isNewFile"], output),
    // A person may have changed the text before it was written.
    bytes: text === undefined || /User modified the/.test(output ?? "") ? undefined : Buffer.byteLength(text),
    addedLines: sum(countField(stat, "model_added_lines"), countField(stat, "user_added_lines")),
    removedLines: sum(countField(stat, "model_removed_lines"), countField(stat, "user_removed_lines")),
  });
  return [partOf(at, "file.written", key, "", data)];
}

function changeIn(isNew: unknown, output = ""): FileWritten["change"] | undefined {
  if (isNew === true || /^(?:Successfully created and wrote to new file|Created new file)/.test(output))
    return "created";
  if (isNew === false || /^(?:Successfully overwrote file|Successfully modified file)/.test(output)) return "modified";
  return undefined;
}

function after(offset: number | undefined): number | undefined {
  return offset === undefined ? undefined : offset + 1;
}

function sum(first: number | undefined, second: number | undefined): number | undefined {
  return first === undefined ? second : first + (second ?? 0);
}
