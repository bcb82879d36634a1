import { lstat, readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** A session's file, and where the rest of the session is: `layout` says how the folders are called. */
export interface SessionPlace {
  /** The `storage` folder. */
  readonly storage: string;
  /**
   * - `project`: `session/<project>/<session>.json`, `message/<session>/`, `part/<message>/`
   * - `info`: `session/info/<session>.json`, `session/message/<session>/`, `session/part/<session>/<message>/`
   */
  readonly layout: "project" | "info";
  /** The file's name without its end. */
  readonly stem: string;
}

/** What the path of a session's file says; undefined when it is no such path. */
export function sessionPlace(path: string): SessionPlace | undefined {
  const folder = dirname(path);
  const stem = basename(path, ".json");
  if (!path.endsWith(".json") || !isSafeId(stem) || basename(dirname(folder)) !== "session") return undefined;
  const storage = dirname(dirname(folder));
  if (NO_PROJECTS.has(basename(folder))) return undefined;
  return { storage, layout: basename(folder) === "info" ? "info" : "project", stem };
}

/** Folders beside `session/info` that hold something else. */
export const NO_PROJECTS: ReadonlySet<string> = new Set(["message", "part", "share"]);

/** The folder of a session's messages, below the storage. */
export function messageFolder({ layout }: SessionPlace, session: string): readonly string[] {
  return layout === "info" ? ["session", "message", session] : ["message", session];
}

/** The folder of a message's parts, below the storage. */
export function partFolder({ layout }: SessionPlace, session: string, message: string): readonly string[] {
  return layout === "info" ? ["session", "part", session, message] : ["part", message];
}

/** True for a string that may become part of a path: one name, and no special one. OpenCode's own ids are such. */
export function isSafeId(id: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}$/.test(id);
}

/**
 * The names, without `.json`, of the files in a folder below the storage. None when the folder is not there, or when it
 * or one above it is a symbolic link, which may lead anywhere.
 */
export async function jsonNames(storage: string, folder: readonly string[]): Promise<readonly string[]> {
  let path = storage;
  try {
    for (const name of folder) {
      path = join(path, name);
      if (!(await lstat(path)).isDirectory()) return [];
    }
    const entries = await readdir(path, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile() && entry.name.endsWith(".json"));
    return names.map(({ name }) => basename(name, ".json")).filter(isSafeId);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return [];
    throw error;
  }
}
