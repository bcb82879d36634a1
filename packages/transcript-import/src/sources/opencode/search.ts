import { type Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Found, type SkippedPath, unreadable } from "../../files/search.js";
import { NO_PROJECTS, sessionPlace } from "./tree/places.js";

/** Release channels have databases of their own. */
const DATABASE = /^opencode(?:-[\w.-]+)?\.db$/;

/** OpenCode's own folder. It holds much besides (snapshots, logs, programs), so only the known places are looked at. */
export async function searchData(folder: string): Promise<Found> {
  const found = createFinding();
  await listed(folder, found, (entry) => noteDatabase(folder, entry, found));
  // Old versions had a storage for each project.
  const projects: string[] = [];
  await listed(join(folder, "project"), found, (entry) => {
    if (entry.isDirectory()) projects.push(join(folder, "project", entry.name));
  });
  for (const above of [folder, ...projects]) {
    await addSessions(join(above, "storage", "session"), undefined, found);
  }
  return found;
}

/**
 * All sessions and databases below a folder. Symbolic links are never followed. A storage is told by the folders in it;
 * its messages, of which there may be very many, are not searched.
 */
export async function searchFolder(folder: string): Promise<Found> {
  const found = createFinding();
  const folders = [folder];
  for (let path = folders.pop(); path !== undefined; path = folders.pop()) {
    const here = path;
    const below: string[] = [];
    await listed(here, found, (entry) => {
      if (entry.isDirectory()) below.push(entry.name);
      noteDatabase(here, entry, found);
    });
    const isStorage = below.includes("session") && below.some((name) => BESIDE.has(name));
    const isOld = basename(here) === "session" && below.includes("info");
    if (isStorage) await addSessions(join(here, "session"), undefined, found);
    if (isOld) await addSessions(here, undefined, found);
    for (const name of below) {
      const isKnown = isStorage ? name === "session" || BESIDE.has(name) : isOld;
      if (!isKnown) folders.push(join(here, name));
    }
  }
  return found;
}

/** @param projects folders in it; default: all */
export async function searchSessions(folder: string, projects?: readonly string[]): Promise<Found> {
  const found = createFinding();
  await addSessions(folder, projects, found);
  return found;
}

/** What else a storage has, beside `session`. */
const BESIDE: ReadonlySet<string> = new Set(["message", "part", "project", "todo", "session_diff", "session_share"]);

/** What a search has found so far. */
interface Finding extends Found {
  readonly files: string[];
  readonly skipped: SkippedPath[];
}

function createFinding(): Finding {
  return { files: [], skipped: [] };
}

/** Adds `<project>/<session>.json` and `info/<session>.json`. */
async function addSessions(folder: string, projects: readonly string[] | undefined, found: Finding): Promise<void> {
  const names: string[] = [...(projects ?? [])];
  if (projects === undefined) {
    await listed(folder, found, (entry) => {
      if (entry.isSymbolicLink()) found.skipped.push({ path: join(folder, entry.name), reason: "symlink" });
      if (entry.isDirectory() && !NO_PROJECTS.has(entry.name)) names.push(entry.name);
    });
  }
  for (const name of names) {
    await listed(join(folder, name), found, (entry) => {
      const path = join(folder, name, entry.name);
      if (sessionPlace(path) === undefined) return;
      if (entry.isFile()) found.files.push(path);
      if (entry.isSymbolicLink()) found.skipped.push({ path, reason: "symlink" });
    });
  }
}

function noteDatabase(folder: string, entry: Dirent, found: Finding): void {
  if (!DATABASE.test(entry.name)) return;
  const path = join(folder, entry.name);
  if (entry.isFile()) found.files.push(path);
  if (entry.isSymbolicLink()) found.skipped.push({ path, reason: "symlink" });
}

/** Calls back for each entry of a folder; one that is not there has none. */
async function listed(folder: string, found: Finding, take: (entry: Dirent) => void): Promise<void> {
  try {
    for (const entry of await readdir(folder, { withFileTypes: true })) take(entry);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") found.skipped.push(unreadable(folder, error));
  }
}
