import { lstat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { agentFolder, lookAt, measure } from "../../files/discover.js";
import { type Found, type SkippedPath } from "../../files/search.js";
import { loadSqlite, SQLITE_NODE } from "../../files/sqlite.js";
import { type DiscoverOptions, type Discovery, type FoundFile } from "../../source.js";
import { isSqliteFile } from "./database/open.js";
import { searchData, searchFolder, searchSessions } from "./search.js";
import { sessionPlace } from "./tree/places.js";

/**
 * The session files and the databases at the given paths, or in OpenCode's own folder; trees before databases, which
 * may have the same sessions and go on with them. A file that is neither is left to the other agents.
 */
export async function discoverTranscripts({ paths, env }: DiscoverOptions): Promise<Discovery> {
  const found =
    paths === undefined
      ? [await searchData(dataFolder(env))]
      : await lookAt(paths, { folder: lookInFolder, file: lookAtFile });
  const { files, skipped } = await measure(found);
  const inOrder = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const sessions = inOrder.filter(isSession);
  const databases = inOrder
    .filter((file) => !isSession(file))
    .map((file): FoundFile => ({ ...file, holds: "many-sessions" }));
  if (databases.length === 0 || loadSqlite() !== undefined) return { files: [...sessions, ...databases], skipped };
  const detail = `it is a SQLite database: Node ${SQLITE_NODE} or newer reads it`;
  const unread = databases.map(({ path }): SkippedPath => ({ path, reason: "needs-node", detail }));
  return { files: sessions, skipped: [...skipped, ...unread] };
}

function dataFolder(env: DiscoverOptions["env"]): string {
  return join(agentFolder(env, "XDG_DATA_HOME", ".local", "share"), "opencode");
}

function isSession({ path }: FoundFile): boolean {
  return sessionPlace(path) !== undefined;
}

/** A project's folder of sessions, the folder of those, or any other one. */
async function lookInFolder(path: string): Promise<Found> {
  if (basename(dirname(path)) === "session") return searchSessions(dirname(path), [basename(path)]);
  return basename(path) === "session" ? searchSessions(path) : searchFolder(path);
}

async function lookAtFile(path: string): Promise<Found> {
  const isOurs = sessionPlace(path) !== undefined || ((await lstat(path)).isFile() && (await isSqliteFile(path)));
  return { files: isOurs ? [path] : [], skipped: [] };
}
