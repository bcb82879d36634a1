import { dirname, join } from "node:path";
import { errnoOf, syncDirectory } from "@agentlog/durable-fs";
import { toIoError } from "@agentlog/types";
import { corruptSnapshot, versionConflict } from "../errors.js";
import { orThrow, readDocument, type DocumentFile } from "./document-file.js";
import { type AssertHeld } from "./key-lock.js";
import { setAside } from "./quarantine.js";
import { keptVersions, namesIn, versionPath } from "./versions.js";

/**
 * Removes a document with its kept versions and its folder, under its lock; false when there was none. The document goes
 * last: who dies in between leaves a document with less history, and no history without a document. One that nobody can
 * read is set aside first.
 */
export function removeAll(file: DocumentFile, ifVersion: number | undefined, assertHeld: AssertHeld): boolean {
  const { disk, path, key } = file;
  const found = readDocument(file);
  const damage = found !== undefined && "damage" in found ? found.damage : undefined;
  const actual = found === undefined || damage !== undefined ? 0 : orThrow(found, file).head.version;
  if (ifVersion !== undefined) {
    if (damage !== undefined) throw corruptSnapshot(path, key, damage);
    if (actual !== ifVersion) throw versionConflict(path, key, ifVersion, actual);
  }
  if (damage !== undefined) setAside(path, damage, file.quarantineDirectory, disk);
  assertHeld();
  try {
    clear(file, dirname(path), found !== undefined);
  } catch (error) {
    throw toIoError(error, path, "removing a snapshot");
  }
  return found !== undefined;
}

function clear({ disk, path, durable }: DocumentFile, folder: string, isThere: boolean): void {
  for (const version of keptVersions(folder, disk)) disk.unlinkSync(versionPath(folder, version));
  // What writers that died left behind.
  for (const name of namesIn(folder, disk)) if (name.endsWith(".tmp")) disk.unlinkSync(join(folder, name));
  if (isThere) disk.unlinkSync(path);
  try {
    disk.rmdirSync(folder);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === "ENOENT" || errno === "ENOTDIR") return;
    // Something of somebody else's in the folder stays, and the folder with it.
    if (errno !== "ENOTEMPTY" && errno !== "EEXIST") throw error;
    if (durable) syncDirectory(folder, { disk });
  }
  if (durable) syncDirectory(dirname(folder), { disk });
}
