import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, realpath } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { type GitFacts } from "@agentlog/types";

/** Why git gave no facts. */
export type GitRefusal = "not-a-repository" | "not-trusted" | "no-git-program" | "failed";

type Output = { readonly stdout: string } | { readonly stderr: string };

/** The program, never one that lies in the directory asked about: a `PATH` may have `.` in it. */
async function findGit(): Promise<string | undefined> {
  const name = process.platform === "win32" ? "git.exe" : "git";
  for (const folder of (process.env["PATH"] ?? "").split(delimiter)) {
    const program = join(folder, name);
    if (!isAbsolute(folder)) continue;
    if (await access(program, constants.X_OK).then(() => true, () => false)) return program; // prettier-ignore
  }
  return undefined;
}

/** None of our own `GIT_…` variables, which lead git elsewhere. HOME stays: `safe.directory` is the user's to set. */
function gitEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, XDG_CONFIG_HOME, USERPROFILE, SystemRoot } = process.env;
  const own = { LC_ALL: "C", GIT_TERMINAL_PROMPT: "0", GIT_OPTIONAL_LOCKS: "0", GIT_NO_LAZY_FETCH: "1" };
  return { PATH, HOME, XDG_CONFIG_HOME, USERPROFILE, SystemRoot, ...own };
}

/** Nothing that the repository's own settings name is run. */
const HARMLESS = ["--no-pager", "-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"];

function run(program: string, cwd: string, signal: AbortSignal, args: readonly string[]): Promise<Output> {
  return new Promise((done) => {
    const options = { cwd, signal, env: gitEnvironment(), killSignal: "SIGKILL", maxBuffer: 65_536 } as const;
    const child = execFile(program, [...HARMLESS, ...args], options, (error, stdout, stderr) => {
      done(error === null ? { stdout: stdout.replace(/\r?\n$/, "") } : { stderr });
    });
    child.stdin?.on("error", () => undefined).end();
  });
}

function refusal(stderr: string): GitRefusal {
  if (stderr.includes("dubious ownership")) return "not-trusted";
  return stderr.includes("not a git repository") ? "not-a-repository" : "failed";
}

/** The facts as the git program tells them. Rejects only when a path it names is gone again. */
export async function askGit(cwd: string, signal: AbortSignal): Promise<GitFacts | GitRefusal> {
  const program = await findGit();
  if (program === undefined) return "no-git-program";
  const ask = (...args: readonly string[]): Promise<Output> => run(program, cwd, signal, args);
  const [common, top, branch, head] = await Promise.all([
    ask("rev-parse", "--git-common-dir"),
    ask("rev-parse", "--show-toplevel"),
    ask("symbolic-ref", "--quiet", "HEAD"),
    ask("rev-parse", "--verify", "--quiet", "HEAD"),
  ]);
  if ("stderr" in common) return refusal(common.stderr);
  const facts: GitFacts = { commonDir: await realpath(resolve(cwd, common.stdout)) };
  if ("stdout" in top && top.stdout !== "") {
    facts.worktree = top.stdout;
    facts.worktreeRealPath = await realpath(top.stdout);
  }
  const name = "stdout" in branch ? /^refs\/heads\/(.+)$/.exec(branch.stdout)?.[1] : undefined;
  if (name !== undefined) facts.branch = name;
  if ("stdout" in head) facts.head = head.stdout;
  return facts;
}
