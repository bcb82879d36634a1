import { lstat, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { agentlogError } from "@agentlog/types";
import { type SkippedPath } from "../../files/search.js";
import { loadSqlite, SQLITE_NODE } from "../../files/sqlite.js";
import { type DiscoverOptions, type Discovery, type FoundFile } from "../../source.js";
import { isSqliteFile } from "./database/open.js";
import { type Places, searchData, searchFolder, searchSessions } from "./search.js";
import { sessionPlace } from "./tree/places.js";

/**
 * The session files and the databases at the given paths, or in OpenCode's own folder; trees before databases, which
 * may have the same sessions and go on with them. A file that is neither is left to the other agents.
 */
export async function discoverTranscripts({ paths, env }: DiscoverOptions): Promise<Discovery> {
  const found = paths === undefined ? [await searchData(dataFolder(env))] : await Promise.all(paths.map(look));
  const skipped: SkippedPath[] = found.flatMap((one) => one.skipped);
  const sessions = await sized(
    found.flatMap((one) => one.sessions),
    skipped,
  );
  const databases = await sized(
    found.flatMap((one) => one.databases),
    skipped,
  );
  if (databases.length === 0 || loadSqlite() !== undefined) return { files: [...sessions, ...databases], skipped };
  const detail = `it is a SQLite database: Node ${SQLITE_NODE} or newer reads it`;
  const unread = databases.map(({ path }): SkippedPath => ({ path, reason: "unreadable", detail }));
  return { files: sessions, skipped: [...skipped, ...unread] };
}

function dataFolder(env: DiscoverOptions["env"]): string {
  const configured = env["XDG_DATA_HOME"];
  const data = configured === undefined || configured === "" ? join(homedir(), ".local", "share") : configured;
  return resolve(data, "opencode");
}

async function sized(paths: readonly string[], skipped: SkippedPath[]): Promise<readonly FoundFile[]> {
  const files: FoundFile[] = [];
  for (const path of [...new Set(paths)].toSorted()) {
    try {
      files.push({ path, bytes: (await lstat(path)).size });
    } catch (error) {
      skipped.push({ path, reason: "unreadable", detail: (error as NodeJS.ErrnoException).code ?? "unknown" });
    }
  }
  return files;
}

const NOTHING: Places = { sessions: [], databases: [], skipped: [] };

/** A path somebody named: a link there is what they meant, so it is followed; links below it are not. */
async function look(path: string): Promise<Places> {
  let real: string;
  try {
    real = await realpath(resolve(path));
    const stats = await lstat(real);
    if (stats.isDirectory()) {
      // A project's folder of sessions, or the folder of those.
      if (basename(dirname(real)) === "session") return searchSessions(dirname(real), [basename(real)]);
      return basename(real) === "session" ? searchSessions(real) : searchFolder(real);
    }
    if (sessionPlace(real) !== undefined) return { ...NOTHING, sessions: [real] };
    return stats.isFile() && (await isSqliteFile(real)) ? { ...NOTHING, databases: [real] } : NOTHING;
  } catch (error) {
    const { code = "unknown" } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw agentlogError("NOT_FOUND", `there is no ${path}`, { what: "path", id: path });
    return { ...NOTHING, skipped: [{ path, reason: "unreadable", detail: code }] };
  }
}
