import { realpath, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { readSmallFile } from "./small-file.js";

/** Where a directory's repository is. All paths are absolute, with links resolved. */
export type FoundRepository = {
  /** Of this working tree. */
  readonly gitDir: string;
  /** Shared by all working trees. */
  readonly commonDir: string;
  /** Absent in a bare repository and inside of a git directory. */
  readonly worktree?: string;
};

/** A tree deeper than this is no place where somebody works. */
const MOST_LEVELS = 128;

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}

async function commonDirOf(gitDir: string): Promise<string> {
  const text = await readSmallFile(resolve(gitDir, "commondir"));
  return text === undefined ? gitDir : realpath(resolve(gitDir, text.trimEnd()));
}

/** The git directory at a path with what it shares; undefined where git would not see one either. */
async function openGitDir(path: string): Promise<Omit<FoundRepository, "worktree"> | undefined> {
  if ((await readSmallFile(resolve(path, "HEAD")).catch(() => "")) === undefined) return undefined;
  const gitDir = await realpath(path);
  const commonDir = await commonDirOf(gitDir);
  const complete =
    (await isDirectory(resolve(commonDir, "objects"))) && (await isDirectory(resolve(commonDir, "refs")));
  return complete ? { gitDir, commonDir } : undefined;
}

/** Settings under which the working tree or the refs are not where they are otherwise. */
const SPECIAL_SETTING = /(?:^|\])[ \t]*(?:worktree[ \t]*=|bare[ \t]*=(?![ \t]*(?:false|no|off|0))|refstorage[ \t]*=)/im;

async function openAt(directory: string): Promise<FoundRepository | undefined> {
  const dotGit = resolve(directory, ".git");
  const found = await stat(dotGit).catch(() => undefined);
  if (found?.isDirectory()) {
    const git = await openGitDir(dotGit);
    if (git === undefined) return undefined;
    const settings = (await readSmallFile(resolve(git.commonDir, "config"))) ?? "";
    if (SPECIAL_SETTING.test(settings)) throw new Error("its settings move its parts");
    return { ...git, worktree: directory };
  }
  if (found?.isFile()) {
    const target = /^gitdir: ([^\0]+?)\r?\n*$/.exec((await readSmallFile(dotGit)) ?? "")?.[1];
    const git = target === undefined ? undefined : await openGitDir(resolve(directory, target));
    if (git === undefined) throw new Error("its .git file leads nowhere");
    return { ...git, worktree: directory };
  }
  return openGitDir(directory);
}

/**
 * The repository of a directory, given without links, as git finds it: in the directory or the nearest one above on the same
 * file system. Throws what the system says, or that only git itself can make sense of it.
 */
export async function findRepository(start: string): Promise<FoundRepository | undefined> {
  let directory = start;
  const { dev } = await stat(directory);
  for (let level = 0; level < MOST_LEVELS; level++) {
    const found = await openAt(directory);
    if (found !== undefined) return found;
    const above = dirname(directory);
    if (above === directory || (await stat(above)).dev !== dev) return undefined;
    directory = above;
  }
  return undefined;
}
