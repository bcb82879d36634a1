import { type Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** A path that was found and left alone. */
export interface SkippedPath {
  readonly path: string;
  /**
   * - `symlink`: it may lead out of the folder
   * - `unreadable`: the system refused; `detail` has its code
   * - `no-transcript`: there is nothing of a known agent
   * - `needs-node`: this Node cannot read it; `detail` says which one can
   * - `unsupported`: an agent's, in a form that cannot be imported; `detail` says why
   */
  readonly reason: "symlink" | "unreadable" | "no-transcript" | "needs-node" | "unsupported";
  readonly detail?: string;
}

/** What a search found. */
export interface Found {
  readonly files: readonly string[];
  readonly skipped: readonly SkippedPath[];
}

/** Judges a file by its path below the folder that is searched, its parts in order. */
export type Accepts = (parts: readonly string[]) => boolean;

/**
 * All files below a folder whose name ends with one of the suffixes. Symbolic links are never followed: what they lead to
 * inside the folder is found by itself, and what is outside is nobody's business. A folder that is not there has none.
 */
export async function searchFiles(
  folder: string,
  accepts: Accepts = () => true,
  suffixes: readonly string[] = [".jsonl"],
): Promise<Found> {
  const files: string[] = [];
  const skipped: SkippedPath[] = [];
  // A stack and no recursion: how deep a folder goes is not ours to decide.
  const folders: (readonly string[])[] = [[]];
  for (let parts = folders.pop(); parts !== undefined; parts = folders.pop()) {
    const path = join(folder, ...parts);
    let entries: readonly Dirent[];
    try {
      entries = await readdir(path, { withFileTypes: true });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT") skipped.push(unreadable(path, error));
      continue;
    }
    for (const entry of entries) {
      const below = [...parts, entry.name];
      const wanted = suffixes.some((suffix) => entry.name.endsWith(suffix)) && accepts(below);
      if (entry.isDirectory()) folders.push(below);
      else if (entry.isFile() && wanted) files.push(join(folder, ...below));
      // A link may lead to a folder of transcripts, so it is named whatever it is called.
      else if (entry.isSymbolicLink() && (wanted || !entry.name.includes("."))) {
        skipped.push({ path: join(folder, ...below), reason: "symlink" });
      }
    }
  }
  return { files, skipped };
}

/** What the system refused. */
export function unreadable(path: string, error: unknown): SkippedPath {
  return { path, reason: "unreadable", detail: (error as NodeJS.ErrnoException).code ?? "unknown" };
}
