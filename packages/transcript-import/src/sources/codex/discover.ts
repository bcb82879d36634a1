import { lstat, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { agentlogError } from "@agentlog/types";
import { type Found, searchJsonl, type SkippedPath } from "../../files/search.js";
import { type DiscoverOptions, type Discovery, type FoundFile } from "../../source.js";
import { readFileName } from "./file-name.js";

/** The rollouts at the given paths, or in Codex's own folders. Files found twice are named once. */
export async function discoverRollouts({ paths, env }: DiscoverOptions): Promise<Discovery> {
  const found = await Promise.all(
    paths === undefined ? rolloutFolders(env).map((folder) => searchJsonl(folder, isRollout)) : paths.map(look),
  );
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

function rolloutFolders(env: DiscoverOptions["env"]): readonly string[] {
  const configured = env["CODEX_HOME"];
  const home = resolve(configured === undefined || configured === "" ? join(homedir(), ".codex") : configured);
  return [join(home, "sessions"), join(home, "archived_sessions")];
}

/** Versions differ in the folders (`YYYY/MM/DD/`, none at all), never in the name. */
function isRollout(parts: readonly string[]): boolean {
  return parts.at(-1)?.startsWith("rollout-") === true;
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
  return (await lstat(real)).isDirectory() ? searchJsonl(real) : { files: [real], skipped: [] };
}

/** By the time in their names, so that a session comes before its forks and sub-agents, archived or not. */
function inOrder(files: readonly FoundFile[]): readonly FoundFile[] {
  const keyed = files.map((file) => ({ file, key: `${readFileName(file.path).started ?? ""}\0${file.path}` }));
  return keyed.toSorted((a, b) => (a.key === b.key ? 0 : a.key < b.key ? -1 : 1)).map(({ file }) => file);
}
