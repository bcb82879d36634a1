import { lstat, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, resolve } from "node:path";
import { agentlogError } from "@agentlog/types";
import { type Found, type SkippedPath } from "../../files/search.js";
import { type DiscoverOptions, type Discovery, type FoundFile } from "../../source.js";
import { searchFiles } from "./search.js";

/** The chats at the given paths, or in Gemini CLI's own folder. Files found twice are named once. */
export async function discoverChats({ paths, env }: DiscoverOptions): Promise<Discovery> {
  const found =
    paths === undefined ? [await searchFiles(projectsFolder(env), isChatPlace)] : await Promise.all(paths.map(look));
  const skipped: SkippedPath[] = found.flatMap((one) => one.skipped);
  const files: FoundFile[] = [];
  for (const path of new Set(found.flatMap((one) => one.files))) {
    try {
      files.push({ path, bytes: (await lstat(path)).size });
    } catch (error) {
      skipped.push({ path, reason: "unreadable", detail: (error as NodeJS.ErrnoException).code ?? "unknown" });
    }
  }
  // `chats/<session>/<sub-agent>.jsonl` sorts before `chats/session-…`, so depth counts first: a parent before its sub-agents.
  return { files: files.toSorted((a, b) => depth(a) - depth(b) || (a.path < b.path ? -1 : 1)), skipped };
}

function projectsFolder(env: DiscoverOptions["env"]): string {
  // The variable replaces the home folder, not `.gemini`.
  const configured = env["GEMINI_CLI_HOME"];
  return resolve(configured === undefined || configured === "" ? homedir() : configured, ".gemini", "tmp");
}

const CHAT = /\.jsonl?$/;

/** `<project>/chats/session-<time>-<id>.json` or `.jsonl`, and sub-agents in `<project>/chats/<session>/<id>.jsonl`. */
function isChatPlace(parts: readonly string[]): boolean {
  const [, chats, name = ""] = parts;
  if (chats !== "chats") return false;
  if (parts.length === 3) return name.startsWith("session-") && CHAT.test(name);
  return parts.length === 4 && parts[3]!.endsWith(".jsonl");
}

/** In any other folder most `.json` files are something else, so they must look like chats by name or place. */
function mayBeChat(parts: readonly string[]): boolean {
  const name = parts.at(-1) ?? "";
  if (name.endsWith(".jsonl")) return true;
  return name.endsWith(".json") && (name.startsWith("session-") || parts.at(-2) === "chats");
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
  if (!(await lstat(real)).isDirectory()) return { files: [real], skipped: [] };
  return searchFiles(real, (parts) => mayBeChat([basename(real), ...parts]));
}

function depth({ path }: FoundFile): number {
  return path.split(/[\\/]/).length;
}
