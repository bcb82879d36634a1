import { type Disk } from "@agentlog/durable-fs";
import { shellWords } from "../install/command-line.js";
import { findFile } from "../install/disk/settings-file.js";
import { type CaptureProgram } from "../install/program.js";
import { type InstallTarget } from "../install/target.js";
import { findHooks, ourValues } from "../install/text/our-hooks.js";
import { parseSettings } from "../install/text/settings-text.js";

/** Absolute paths that the hooks in an agent's file start: Node, and the capture program. Throws what reading it throws. */
export function installedPrograms(target: InstallTarget, program: CaptureProgram, disk: Disk): readonly string[] {
  const { bytes } = findFile(target, disk);
  if (bytes === undefined) return [];
  const words =
    target.kind === "file"
      ? pluginWords(bytes.toString())
      : findHooks(parseSettings(target.file, bytes, { comments: true }), target, false, program.hook)
          .events.flatMap(ourValues)
          .flatMap(handlerWords);
  return [...new Set(words.filter((word) => word.startsWith("/")))];
}

/** The words a handler starts, in any of the agents' forms. */
function handlerWords(handler: unknown): readonly string[] {
  const { command, exec, bash, args } = handler as Readonly<Record<string, unknown>>;
  const start = exec ?? command ?? bash;
  if (typeof start !== "string") return [];
  if (Array.isArray(args)) return [start, ...args.filter((word) => typeof word === "string")];
  return shellWords(start) ?? [];
}

/** The plugin of OpenCode names them as JSON strings. */
function pluginWords(text: string): readonly string[] {
  return [...text.matchAll(/^const (?:NODE|HOOK) = (".*");$/gm)].flatMap(([, json = ""]) => {
    try {
      return [String(JSON.parse(json))];
    } catch {
      return [];
    }
  });
}
