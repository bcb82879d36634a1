import { basename, dirname, join } from "node:path";
import type { Disk } from "../disk.js";
import { createFile } from "../files/create-file.js";
import type { TemporaryOwner } from "../files/temporary.js";
import { STORE_FOLDER } from "./ancestor.js";

export interface HideOptions {
  readonly disk: Disk;
  readonly insideRepository: boolean | undefined;
  readonly owner: TemporaryOwner | undefined;
}

/** Puts a `.gitignore` of `*` into a store named `.agentlog` that lies in a Git repository; one that is there stays. */
export function hideFromGit(root: string, { disk, insideRepository, owner }: HideOptions): void {
  if (!(insideRepository ?? (basename(root) === STORE_FOLDER && hasRepositoryAbove(root, disk)))) return;
  createFile(join(root, ".gitignore"), Buffer.from("*\n"), { disk, owner });
}

/** `.git` is a directory, or a file in a worktree or submodule. */
function hasRepositoryAbove(root: string, disk: Disk): boolean {
  for (let directory = dirname(root); ; directory = dirname(directory)) {
    if (exists(join(directory, ".git"), disk)) return true;
    if (dirname(directory) === directory) return false;
  }
}

function exists(path: string, disk: Disk): boolean {
  try {
    return disk.lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}
