import { lstat, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { agentlogError } from "@agentlog/types";
import { type Found, searchJsonl, type SkippedPath } from "../../files/search.js";
import { type DiscoverOptions, type Discovery, type FoundFile } from "../../source.js";
import { readFileName } from "./file-name.js";

/** The transcripts at the given paths, or in Claude Code's own folder. Files found twice are named once. */
export async function discoverTranscripts({ paths, env }: DiscoverOptions): Promise<Discovery> {
  const found =
    paths === undefined
      ? [await searchJsonl(projectsFolder(env), isTranscriptPlace)]
      : await Promise.all(paths.map(look));
  const skipped: SkippedPath[] = found.flatMap((one) => one.skipped);
  const files: FoundFile[] = [];
  for (const path of new Set(found.flatMap((one) => one.files))) {
    try {
      files.push({ path, bytes: (await lstat(path)).size });
    } catch (error) {
      skipped.push({ path, reason: "unreadable", detail: (error as NodeJS.ErrnoException).code ?? "unknown" });
    }
  }
  return { files: inOrder(files), skipped };
}

function projectsFolder(env: DiscoverOptions["env"]): string {
  const configured = env["CLAUDE_CONFIG_DIR"];
  return resolve(configured === undefined || configured === "" ? join(homedir(), ".claude") : configured, "projects");
}

/**
 * The places where versions of Claude Code have put transcripts: `<project>/<session>.jsonl`, sub-agents beside it
 * (`<project>/agent-<id>.jsonl`, old), under `<project>/<session>/subagents/`, and below that under `workflows/<run>/`.
 */
function isTranscriptPlace(parts: readonly string[]): boolean {
  const [, , folder, workflows] = parts;
  const isAgent = parts.at(-1)?.startsWith("agent-") === true;
  if (parts.length === 2) return true;
  if (folder !== "subagents" || !isAgent) return false;
  return parts.length === 4 || (parts.length === 6 && workflows === "workflows");
}

/** A workflow's own list of what it did looks like a transcript and is none. */
function isNoJournal(parts: readonly string[]): boolean {
  return parts.at(-1) !== "journal.jsonl";
}

/** A path somebody named: a link there is what they meant, so it is followed; links below it are not. */
async function look(path: string): Promise<Found> {
  let real: string;
  try {
    real = await realpath(resolve(path));
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw agentlogError("NOT_FOUND", `there is no ${path}`, { what: "path", id: path });
    return { files: [], skipped: [{ path, reason: "unreadable", detail: code }] };
  }
  return (await lstat(real)).isDirectory() ? searchJsonl(real, isNoJournal) : { files: [real], skipped: [] };
}

/** By folder, a session's own file before those of its sub-agents, whichever of the three places they are in. */
function inOrder(files: readonly FoundFile[]): readonly FoundFile[] {
  const keyed = files.map((file) => {
    const [above = ""] = file.path.split(/[\\/]subagents[\\/]/);
    const isAgent = readFileName(file.path).agentId !== undefined;
    return { file, key: [above === file.path ? dirname(file.path) : dirname(above), isAgent ? "1" : "0", file.path] };
  });
  return keyed.toSorted((a, b) => compare(a.key, b.key)).map(({ file }) => file);
}

function compare(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at === -1 ? 0 : a[at]! < b[at]! ? -1 : 1;
}
