import { join } from "node:path";
import { agentFolder, lookAt, measure } from "../../files/discover.js";
import { type Found, searchFiles } from "../../files/search.js";
import { type DiscoverOptions, type Discovery } from "../../source.js";

/** The event files at the given paths, or in Copilot CLI's own folder. Files found twice are named once. */
export async function discoverEvents({ paths, env }: DiscoverOptions): Promise<Discovery> {
  const home = agentFolder(env, "COPILOT_HOME", ".copilot");
  const found =
    paths === undefined
      ? await Promise.all([searchFiles(join(home, "session-state"), isEventsPlace), oldSessions(home)])
      : await lookAt(paths, { folder: searchFiles });
  const { files, skipped } = await measure(found);
  return { files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)), skipped };
}

/** `<session>/events.jsonl`; for a while `<session>.jsonl`. Below a session's folder are files it worked with. */
function isEventsPlace(parts: readonly string[]): boolean {
  return parts.length === 1 || (parts.length === 2 && parts[1] === "events.jsonl");
}

/** Sessions of the versions before `session-state`: they are only named. */
async function oldSessions(home: string): Promise<Found> {
  const { files, skipped } = await searchFiles(
    join(home, "history-session-state"),
    (parts) => parts.length === 1 && parts[0]?.startsWith("session_") === true,
    [".json"],
  );
  const detail = "its messages have no ids and no times";
  return {
    files: [],
    skipped: [...skipped, ...files.map((path) => ({ path, reason: "unsupported" as const, detail }))],
  };
}
