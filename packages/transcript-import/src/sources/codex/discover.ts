import { join } from "node:path";
import { agentFolder, lookAt, measure } from "../../files/discover.js";
import { searchFiles } from "../../files/search.js";
import { type DiscoverOptions, type Discovery, type FoundFile } from "../../source.js";
import { readFileName } from "./file-name.js";

/** The rollouts at the given paths, or in Codex's own folders. Files found twice are named once. */
export async function discoverRollouts({ paths, env }: DiscoverOptions): Promise<Discovery> {
  const home = agentFolder(env, "CODEX_HOME", ".codex");
  const folders = ["sessions", "archived_sessions"].map((name) => join(home, name));
  const found =
    paths === undefined
      ? await Promise.all(folders.map((folder) => searchFiles(folder, isRollout)))
      : await lookAt(paths, { folder: searchFiles });
  const { files, skipped } = await measure(found);
  return { files: inOrder(files), skipped };
}

/** Versions differ in the folders (`YYYY/MM/DD/`, none at all), never in the name. */
function isRollout(parts: readonly string[]): boolean {
  return parts.at(-1)?.startsWith("rollout-") === true;
}

/** By the time in their names, so that a session comes before its forks and sub-agents, archived or not. */
function inOrder(files: readonly FoundFile[]): readonly FoundFile[] {
  const keyed = files.map((file) => ({ file, key: `${readFileName(file.path).started ?? ""}\0${file.path}` }));
  return keyed.toSorted((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -1 : 1)).map(({ file }) => file);
}
