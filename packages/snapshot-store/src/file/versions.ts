import { join } from "node:path";
import { errnoOf, type Disk } from "@agentlog/durable-fs";
import { toIoError } from "@agentlog/types";

/** Where an older version of a document is. */
export function versionPath(folder: string, version: number): string {
  return join(folder, `v${version}.json`);
}

/** The numbers of the versions kept in a key's folder, newest first; none when there is no folder. */
export function keptVersions(folder: string, disk: Disk): readonly number[] {
  return versionsAmong(namesIn(folder, disk));
}

/** The same of the names in a folder. */
export function versionsAmong(names: readonly string[]): readonly number[] {
  const versions: number[] = [];
  for (const name of names) {
    const [, digits] = /^v([1-9]\d{0,15})\.json$/.exec(name) ?? [];
    if (digits !== undefined && Number.isSafeInteger(Number(digits))) versions.push(Number(digits));
  }
  return versions.toSorted((a, b) => b - a);
}

/** Removes older versions. What cannot be removed now is removed with the next save. */
export function pruneVersions(folder: string, versions: readonly number[], disk: Disk): void {
  try {
    for (const version of versions) disk.unlinkSync(versionPath(folder, version));
  } catch {
    // The document itself is saved, and that is what the caller asked for.
  }
}

/** The names in a directory; none when there is no such directory. */
export function namesIn(directory: string, disk: Disk): readonly string[] {
  try {
    return disk.readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return [];
    throw toIoError(error, directory, "reading a directory");
  }
}
