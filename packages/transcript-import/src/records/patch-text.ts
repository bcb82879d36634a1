import { type JsonObject, type JsonValue } from "@agentlog/types";
import { isObject } from "./fields.js";

/** What a patch does to one file. */
export interface FileChange {
  readonly path: string;
  readonly change: "created" | "modified" | "deleted";
  /** Where the file went. */
  readonly movedTo?: string | undefined;
  readonly addedLines?: number | undefined;
  readonly removedLines?: number | undefined;
  readonly bytes?: number | undefined;
  /** What else is said about it. */
  readonly details?: JsonObject | undefined;
}

const HEADERS: readonly (readonly [string, FileChange["change"]])[] = [
  ["*** Add File: ", "created"],
  ["*** Update File: ", "modified"],
  ["*** Delete File: ", "deleted"],
];
const MOVE = "*** Move to: ";

/** A patch of more files is left as it is. */
export const MOST_CHANGES = 10_000;

/** The changes in a patch of the form `*** Begin Patch`; none in every other text. */
export function readPatch(patch: string): readonly FileChange[] {
  const start = patch.indexOf("*** Begin Patch");
  if (start === -1) return [];
  const changes: { -readonly [Name in keyof FileChange]: FileChange[Name] }[] = [];
  for (const line of patch.slice(start).split("\n")) {
    const [header, change] = HEADERS.find(([begin]) => line.startsWith(begin)) ?? [];
    const last = changes.at(-1);
    if (header !== undefined && change !== undefined) {
      if (changes.length === MOST_CHANGES) return [];
      changes.push({
        path: line.slice(header.length).trim(),
        change,
        ...(change === "deleted" ? {} : { addedLines: 0, removedLines: 0 }),
      });
    } else if (line.startsWith("*** End Patch")) break;
    else if (last !== undefined && last.change !== "deleted") {
      if (line.startsWith(MOVE)) last.movedTo = line.slice(MOVE.length).trim();
      else if (line.startsWith("+")) last.addedLines! += 1;
      else if (line.startsWith("-")) last.removedLines! += 1;
    }
  }
  return changes.filter(({ path }) => path !== "");
}

/** The patch in a tool's input: the input itself, its `input` or `patch`, or an `apply_patch` given to a shell. */
export function patchInInput(tool: string, input: JsonValue | undefined): readonly FileChange[] {
  const fields = isObject(input) ? input : undefined;
  if (tool === "apply_patch") {
    const patch = [input, fields?.["input"], fields?.["patch"]].find((text) => typeof text === "string");
    return typeof patch === "string" ? readPatch(patch) : [];
  }
  const command = fields?.["command"] ?? fields?.["cmd"];
  const words = Array.isArray(command) ? (command as readonly JsonValue[]) : [command];
  const text = words.filter((word) => typeof word === "string").join("\n");
  return /^\s*(?:\S*sh\s+-l?c\s+)?(?:applypatch|apply_patch)\b/.test(text) ? readPatch(text) : [];
}
