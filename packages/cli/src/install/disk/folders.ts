import path from "node:path";
import { type Disk, errnoOf, makePrivateDirectory } from "@agentlog/durable-fs";
import { toIoError } from "@agentlog/types";
import { type InstallScope } from "../target.js";

/** How many folders above a file, itself not counted, are missing. */
export function missingFolders(file: string, disk: Disk): number {
  let missing = 0;
  let folder = path.dirname(file);
  while (disk.lstatSync(folder, { throwIfNoEntry: false }) === undefined && path.dirname(folder) !== folder) {
    missing++;
    folder = path.dirname(folder);
  }
  return missing;
}

/** Makes the folders a file needs: private ones among the user's settings, plain ones in a repository. Existing ones stay as they are. */
export function makeFolders(file: string, scope: InstallScope, disk: Disk): void {
  const folder = path.dirname(file);
  if (missingFolders(file, disk) === 0) return;
  if (scope === "user") {
    makePrivateDirectory(folder, { disk });
    return;
  }
  try {
    disk.mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw toIoError(error, folder, "making a folder");
  }
}

/** Removes so many folders above a file, the innermost first, as far as they are empty and can be. */
export function removeFolders(file: string, count: number, disk: Disk): void {
  let folder = path.dirname(file);
  for (let n = 0; n < count; n++) {
    try {
      disk.rmdirSync(folder);
    } catch (error) {
      // Somebody uses it by now; or it stays, empty, which harms nobody.
      if (errnoOf(error) !== "ENOENT") return;
    }
    folder = path.dirname(folder);
  }
}
