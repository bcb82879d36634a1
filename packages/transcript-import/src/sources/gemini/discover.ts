import { basename, join } from "node:path";
import { agentFolder, lookAt, measure } from "../../files/discover.js";
import { searchFiles } from "../../files/search.js";
import { type DiscoverOptions, type Discovery, type FoundFile } from "../../source.js";

/** The chats at the given paths, or in Gemini CLI's own folder. Files found twice are named once. */
export async function discoverChats({ paths, env }: DiscoverOptions): Promise<Discovery> {
  const found =
    paths === undefined
      ? [await searchFiles(projectsFolder(env), isChatPlace, SUFFIXES)]
      : await lookAt(paths, {
          folder: (path) => searchFiles(path, (parts) => mayBeChat([basename(path), ...parts]), SUFFIXES),
        });
  const { files, skipped } = await measure(found);
  // `chats/<session>/<sub-agent>.jsonl` sorts before `chats/session-…`, so depth counts first: a parent before its sub-agents.
  return { files: files.toSorted((a, b) => depth(a) - depth(b) || (a.path < b.path ? -1 : 1)), skipped };
}

/** The variable replaces the home folder, not `.gemini`. */
function projectsFolder(env: DiscoverOptions["env"]): string {
  return join(agentFolder(env, "GEMINI_CLI_HOME"), ".gemini", "tmp");
}

/** A chat is lines of JSON, or in old versions one document. */
const SUFFIXES = [".jsonl", ".json"];

/** `<project>/chats/session-<time>-<id>.json` or `.jsonl`, and sub-agents in `<project>/chats/<session>/<id>.jsonl`. */
function isChatPlace(parts: readonly string[]): boolean {
  const [, chats, name = ""] = parts;
  if (chats !== "chats") return false;
  if (parts.length === 3) return name.startsWith("session-");
  return parts.length === 4 && parts[3]!.endsWith(".jsonl");
}

/** In any other folder most `.json` files are something else, so they must look like chats by name or place. */
function mayBeChat(parts: readonly string[]): boolean {
  const name = parts.at(-1) ?? "";
  return name.endsWith(".jsonl") || name.startsWith("session-") || parts.at(-2) === "chats";
}

function depth({ path }: FoundFile): number {
  return path.split(/[\\/]/).length;
}
