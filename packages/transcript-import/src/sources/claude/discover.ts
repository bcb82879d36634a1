import { dirname, join } from "node:path";
import { agentFolder, lookAt, measure } from "../../files/discover.js";
import { searchFiles } from "../../files/search.js";
import { type DiscoverOptions, type Discovery, type FoundFile } from "../../source.js";
import { readFileName } from "./file-name.js";

/** The transcripts at the given paths, or in Claude Code's own folder. Files found twice are named once. */
export async function discoverTranscripts({ paths, env }: DiscoverOptions): Promise<Discovery> {
  const found =
    paths === undefined
      ? [await searchFiles(join(agentFolder(env, "CLAUDE_CONFIG_DIR", ".claude"), "projects"), isTranscriptPlace)]
      : await lookAt(paths, { folder: (path) => searchFiles(path, isNoJournal) });
  const { files, skipped } = await measure(found);
  return { files: inOrder(files), skipped };
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
