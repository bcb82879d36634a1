import { type Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

/** A path that was found and left alone. */
export interface SkippedPath {
  readonly path: string;
  /** `symlink`: it may lead out of the folder; `unreadable`: the system refused; `no-transcript`: something else's file. */
  readonly reason: "symlink" | "unreadable" | "no-transcript";
  /** What the system said. */
  readonly detail?: string;
}

/** What a search found. */
export interface Found {
  readonly files: readonly string[];
  readonly skipped: readonly SkippedPath[];
}

/**
 * All files below a folder whose name ends with `.jsonl`. Symbolic links are never followed: what they lead to inside the
 * folder is found by itself, and what is outside is nobody's business. A folder that is not there has none.
 *
 * @param accepts judges a file by its path below the folder, its parts in order
 */
export async function searchJsonl(
  folder: string,
  accepts: (parts: readonly string[]) => boolean = () => true,
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
      const { code = "unknown" } = error as NodeJS.ErrnoException;
      if (code !== "ENOENT") skipped.push({ path, reason: "unreadable", detail: code });
      continue;
    }
    for (const entry of entries) {
      const below = [...parts, entry.name];
      const wanted = entry.name.endsWith(".jsonl") && accepts(below);
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
