import { lstat, readdir, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { agentlogError } from "@agentlog/types";
import { type Found, searchJsonl, type SkippedPath } from "../../files/search.js";
import { type DiscoverOptions, type Discovery, type FoundFile } from "../../source.js";

/** The event files at the given paths, or in Copilot CLI's own folder. Files found twice are named once. */
export async function discoverEvents({ paths, env }: DiscoverOptions): Promise<Discovery> {
  const found =
    paths === undefined
      ? await Promise.all([searchJsonl(join(home(env), "session-state"), isEventsPlace), oldSessions(home(env))])
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
  return { files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)), skipped };
}

function home(env: DiscoverOptions["env"]): string {
  const configured = env["COPILOT_HOME"];
  return resolve(configured === undefined || configured === "" ? join(homedir(), ".copilot") : configured);
}

/** `<session>/events.jsonl`; for a while `<session>.jsonl`. Below a session's folder are files it worked with. */
function isEventsPlace(parts: readonly string[]): boolean {
  return parts.length === 1 || (parts.length === 2 && parts[1] === "events.jsonl");
}

/** Sessions of the versions before `session-state`: their messages have no ids and no times, so they are only named. */
async function oldSessions(folder: string): Promise<Found> {
  const old = join(folder, "history-session-state");
  const names = await readdir(old).catch((): readonly string[] => []);
  const sessions = names.filter((name) => /^session_.*\.json$/.test(name));
  return { files: [], skipped: sessions.map((name) => ({ path: join(old, name), reason: "no-transcript" })) };
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
