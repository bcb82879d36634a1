import { realpath, stat } from "node:fs/promises";
import { type GitFacts } from "@agentlog/types";
import { askGit } from "./ask-git.js";
import { findRepository } from "./find-repository.js";
import { readHead } from "./read-head.js";

/** What is known of a directory. `unknown` is not `not-a-repository`: there may be one. */
export type GitAnswer =
  | { readonly kind: "repository"; readonly facts: GitFacts }
  | { readonly kind: "not-a-repository" }
  | { readonly kind: "unknown"; readonly reason: GitUnknownReason };

export type GitUnknownReason =
  /** The directory is not there, or not to be read. */
  | "no-directory"
  | "no-time"
  | "aborted"
  | "no-git-program"
  /** It belongs to another user, and `safe.directory` does not name it. */
  | "not-trusted"
  | "failed";

export type GatherGitOptions = {
  /** Milliseconds for all of it. Default 1500. */
  readonly budgetMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

const unknown = (reason: GitUnknownReason): GitAnswer => ({ kind: "unknown", reason });

async function readFiles(cwd: string, signal: AbortSignal): Promise<GitAnswer> {
  const found = await findRepository(cwd);
  if (found === undefined) return { kind: "not-a-repository" };
  const { commonDir, worktree } = found;
  const tree = worktree === undefined ? {} : { worktree, worktreeRealPath: worktree };
  return { kind: "repository", facts: { ...(await readHead(found, signal)), ...tree, commonDir } };
}

async function askProgram(cwd: string, signal: AbortSignal): Promise<GitAnswer> {
  const answer = await askGit(cwd, signal);
  if (typeof answer === "object") return { kind: "repository", facts: answer };
  return answer === "not-a-repository" ? { kind: "not-a-repository" } : unknown(answer);
}

/** The directory with links resolved; undefined for what is none. */
async function resolveDirectory(cwd: string): Promise<string | undefined> {
  try {
    const directory = cwd === "" ? undefined : await realpath(cwd);
    return directory !== undefined && (await stat(directory)).isDirectory() ? directory : undefined;
  } catch {
    return undefined;
  }
}

/** The files first: that takes about a millisecond, and starting git takes several. */
async function gather(cwd: string, signal: AbortSignal): Promise<GitAnswer> {
  const directory = await resolveDirectory(cwd);
  if (directory === undefined) return unknown("no-directory");
  return readFiles(directory, signal)
    .catch(() => askProgram(directory, signal))
    .catch(() => unknown("failed"));
}

/**
 * What git says about a directory: branch, commit, working tree and shared repository. Reads the repository's files, and asks
 * the git program only where these are not plain. One time budget holds for all of it; never rejects, runs no hook, asks for
 * nothing, and follows no `GIT_DIR`.
 */
export async function gatherGit(cwd: string, options: GatherGitOptions = {}): Promise<GitAnswer> {
  const { budgetMs = 1500, signal } = options;
  if (signal?.aborted) return unknown("aborted");
  if (!(budgetMs > 0)) return unknown("no-time");
  const stop = new AbortController();
  let giveUp: () => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const stopped = new Promise<GitAnswer>((done) => {
    giveUp = () => done(unknown("aborted"));
    signal?.addEventListener("abort", giveUp, { once: true });
    timer = setTimeout(() => done(unknown("no-time")), Math.min(budgetMs, 2 ** 31 - 1));
  });
  try {
    return await Promise.race([gather(cwd, stop.signal), stopped]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", giveUp);
    stop.abort();
  }
}
