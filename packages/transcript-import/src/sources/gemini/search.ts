import { type Dirent } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { type Found, type SkippedPath } from "../../files/search.js";

/**
 * All files below a folder that are accepted, judged by their path below it. As in `searchJsonl`, symbolic links are named
 * and never followed, and a folder that is not there has none; here a name may end in any way.
 */
export async function searchFiles(folder: string, accepts: (parts: readonly string[]) => boolean): Promise<Found> {
  const files: string[] = [];
  const skipped: SkippedPath[] = [];
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
      const wanted = accepts(below);
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
