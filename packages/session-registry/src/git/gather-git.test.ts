import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { gatherGit } from "./gather-git.js";

function temporaryFolder(): string {
  const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "agentlog-")));
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const SETTINGS = ["user.name=a", "user.email=a@example.org", "protocol.file.allow=always", "advice.detachedHead=false"];

function git(cwd: string, ...args: readonly string[]): string {
  const settings = SETTINGS.flatMap((setting) => ["-c", setting]);
  const env = { PATH: process.env["PATH"], HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1" };
  return execFileSync("git", [...settings, ...args], { cwd, env, encoding: "utf8", stdio: "pipe" }).trim();
}

/** A repository with one commit on `main`. */
function repository(): { folder: string; commit: string } {
  const folder = path.join(temporaryFolder(), "repo");
  fs.mkdirSync(folder);
  git(folder, "init", "--quiet", "--initial-branch=main");
  git(folder, "commit", "--quiet", "--allow-empty", "--message=one");
  return { folder, commit: git(folder, "rev-parse", "HEAD") };
}

const facts = async (cwd: string) => {
  const answer = await gatherGit(cwd, { budgetMs: 30_000 });
  return answer.kind === "repository" ? answer.facts : answer;
};

/** Without a git program, the files must do. */
async function withoutProgram<T>(ask: () => Promise<T>): Promise<T> {
  const before = process.env["PATH"];
  process.env["PATH"] = "";
  try {
    return await ask();
  } finally {
    process.env["PATH"] = before;
  }
}

describe("gatherGit, of real repositories, from their files alone", () => {
  it("tells branch, commit, working tree and repository, in it and below it", async () => {
    const { folder, commit } = repository();
    fs.mkdirSync(path.join(folder, "a/b"), { recursive: true });
    const expected = {
      branch: "main",
      head: commit,
      worktree: folder,
      worktreeRealPath: folder,
      commonDir: path.join(folder, ".git"),
    };
    expect(await withoutProgram(() => facts(folder))).toEqual(expected);
    expect(await withoutProgram(() => facts(path.join(folder, "a/b")))).toEqual(expected);
  });

  it("resolves links on the way", async () => {
    const { folder } = repository();
    const link = path.join(path.dirname(folder), "link");
    fs.symlinkSync(folder, link);
    expect(await withoutProgram(() => facts(link))).toMatchObject({ worktree: folder, worktreeRealPath: folder });
  });

  it("knows a branch with slashes, packed refs, and a branch beside a folder of its old name", async () => {
    const { folder, commit } = repository();
    git(folder, "checkout", "--quiet", "-b", "feature/ünïcode/x");
    git(folder, "tag", "--annotate", "--message=t", "v1");
    git(folder, "pack-refs", "--all");
    expect(await withoutProgram(() => facts(folder))).toMatchObject({ branch: "feature/ünïcode/x", head: commit });
    git(folder, "commit", "--quiet", "--allow-empty", "--message=two");
    const second = git(folder, "rev-parse", "HEAD");
    expect(second).not.toBe(commit);
    expect(await withoutProgram(() => facts(folder))).toMatchObject({ head: second });
  });

  it("a detached head has a commit and no branch", async () => {
    const { folder, commit } = repository();
    git(folder, "checkout", "--quiet", "--detach");
    const found = await withoutProgram(() => facts(folder));
    expect(found).toMatchObject({ head: commit });
    expect(found).not.toHaveProperty("branch");
  });

  it("an empty repository has a branch and no commit", async () => {
    const folder = temporaryFolder();
    git(folder, "init", "--quiet", "--initial-branch=trunk");
    const found = await withoutProgram(() => facts(folder));
    expect(found).toMatchObject({ branch: "trunk", worktree: folder });
    expect(found).not.toHaveProperty("head");
  });

  it("a working tree added to a repository has its own branch and shares the repository", async () => {
    const { folder, commit } = repository();
    const second = path.join(path.dirname(folder), "second");
    git(folder, "worktree", "add", "--quiet", "-b", "other", second);
    expect(await withoutProgram(() => facts(second))).toEqual({
      branch: "other",
      head: commit,
      worktree: second,
      worktreeRealPath: second,
      commonDir: path.join(folder, ".git"),
    });
  });

  it("a submodule is a repository of its own", async () => {
    const [inner, outer] = [repository(), repository()];
    git(outer.folder, "submodule", "--quiet", "add", inner.folder, "sub");
    const sub = path.join(outer.folder, "sub");
    expect(await withoutProgram(() => facts(sub))).toEqual({
      branch: "main",
      head: inner.commit,
      worktree: sub,
      worktreeRealPath: sub,
      commonDir: path.join(outer.folder, ".git/modules/sub"),
    });
    expect(await withoutProgram(() => facts(outer.folder))).toMatchObject({ worktree: outer.folder });
  });

  it("a bare repository has no working tree, nor has the inside of a .git", async () => {
    const { folder, commit } = repository();
    const bare = path.join(path.dirname(folder), "bare.git");
    git(folder, "clone", "--quiet", "--bare", folder, bare);
    const expected = { branch: "main", head: commit };
    expect(await withoutProgram(() => facts(bare))).toEqual({ ...expected, commonDir: bare });
    const inside = path.join(folder, ".git");
    expect(await withoutProgram(() => facts(inside))).toEqual({ ...expected, commonDir: inside });
  });

  it("agrees with the git program, of each of them", async () => {
    const { folder } = repository();
    const second = path.join(path.dirname(folder), "second");
    git(folder, "worktree", "add", "--quiet", "--detach", second);
    for (const place of [folder, second]) {
      expect(await withoutProgram(() => facts(place))).toMatchObject({
        head: git(place, "rev-parse", "HEAD"),
        worktree: git(place, "rev-parse", "--show-toplevel"),
        commonDir: fs.realpathSync(path.resolve(place, git(place, "rev-parse", "--git-common-dir"))),
      });
    }
  });

  it("a folder outside of any repository is none, also with an empty .git", async () => {
    const folder = temporaryFolder();
    expect(await withoutProgram(() => gatherGit(folder))).toEqual({ kind: "not-a-repository" });
    fs.mkdirSync(path.join(folder, ".git"));
    expect(await withoutProgram(() => gatherGit(folder))).toEqual({ kind: "not-a-repository" });
  });
});

describe("gatherGit, where only the program can tell", () => {
  it("a moved working tree is found by asking it", async () => {
    const { folder, commit } = repository();
    const elsewhere = path.join(path.dirname(folder), "elsewhere");
    fs.mkdirSync(elsewhere);
    git(folder, "config", "core.worktree", elsewhere);
    expect(await facts(folder)).toMatchObject({ head: commit, branch: "main", commonDir: path.join(folder, ".git") });
    expect(await withoutProgram(() => gatherGit(folder))).toEqual({ kind: "unknown", reason: "no-git-program" });
  });

  it("the repository's own settings run nothing, and our GIT_ variables lead nowhere", async () => {
    const [{ folder }, other] = [repository(), repository()];
    const trace = path.join(path.dirname(folder), "ran");
    const program = path.join(path.dirname(folder), "hook");
    fs.writeFileSync(program, `#!/bin/sh\ntouch '${trace}'\n`, { mode: 0o755 });
    for (const setting of ["core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "alias.rev-parse"]) {
      git(folder, "config", setting, setting.startsWith("alias") ? `!${program}` : program);
    }
    git(folder, "config", "core.worktree", folder);
    process.env["GIT_DIR"] = path.join(other.folder, ".git");
    onTestFinished(() => void delete process.env["GIT_DIR"]);
    expect(await facts(folder)).toMatchObject({ worktree: folder, commonDir: path.join(folder, ".git") });
    expect(fs.existsSync(trace)).toBe(false);
  });

  it("a git in the asked directory is not run, though PATH has a dot", async () => {
    const { folder } = repository();
    const trace = path.join(path.dirname(folder), "ran");
    fs.writeFileSync(path.join(folder, "git"), `#!/bin/sh\ntouch '${trace}'\n`, { mode: 0o755 });
    git(folder, "config", "core.worktree", folder);
    const before = process.env["PATH"];
    process.env["PATH"] = `.${path.delimiter}${path.delimiter}${before}`;
    const place = process.cwd();
    process.chdir(folder);
    onTestFinished(() => {
      process.env["PATH"] = before;
      process.chdir(place);
    });
    expect(await facts(folder)).toMatchObject({ worktree: folder });
    expect(fs.existsSync(trace)).toBe(false);
  });

  // A file's owner can only be changed by root.
  it.skipIf(process.getuid?.() !== 0)(
    "another user's repository that git distrusts is unknown, its plain files are read",
    async () => {
      const { folder, commit } = repository();
      fs.chownSync(folder, 12_345, 12_345);
      fs.chownSync(path.join(folder, ".git"), 12_345, 12_345);
      expect(await facts(folder)).toMatchObject({ branch: "main", head: commit });
      fs.appendFileSync(path.join(folder, ".git/config"), `[core]\n\tworktree = ${folder}\n`);
      const home = process.env["HOME"];
      process.env["HOME"] = temporaryFolder();
      onTestFinished(() => void (process.env["HOME"] = home));
      expect(await gatherGit(folder, { budgetMs: 30_000 })).toEqual({ kind: "unknown", reason: "not-trusted" });
    },
  );
});

describe("gatherGit, of hostile places", () => {
  const damage: readonly (readonly [string, (dotGit: string) => void])[] = [
    ["a binary HEAD", (dotGit) => fs.writeFileSync(path.join(dotGit, "HEAD"), Buffer.from([0, 255, 254, 10, 0]))],
    [
      "a huge HEAD",
      (dotGit) => fs.writeFileSync(path.join(dotGit, "HEAD"), "ref: refs/heads/main\n".padEnd(5_000_000, "x")),
    ],
    ["an empty HEAD", (dotGit) => fs.writeFileSync(path.join(dotGit, "HEAD"), "")],
    [
      "a HEAD that leads out of the folder",
      (dotGit) => fs.writeFileSync(path.join(dotGit, "HEAD"), "ref: refs/heads/../../../../secret\n"),
    ],
    [
      "a HEAD that is a folder",
      (dotGit) => {
        fs.rmSync(path.join(dotGit, "HEAD"));
        fs.mkdirSync(path.join(dotGit, "HEAD"));
      },
    ],
    [
      "a HEAD that links to itself",
      (dotGit) => {
        fs.rmSync(path.join(dotGit, "HEAD"));
        fs.symlinkSync("HEAD", path.join(dotGit, "HEAD"));
      },
    ],
    [
      "a HEAD that links elsewhere",
      (dotGit) => {
        fs.rmSync(path.join(dotGit, "HEAD"));
        fs.symlinkSync("/etc/passwd", path.join(dotGit, "HEAD"));
      },
    ],
    [
      "refs in a circle",
      (dotGit) => {
        fs.writeFileSync(path.join(dotGit, "refs/heads/main"), "ref: refs/heads/b\n");
        fs.writeFileSync(path.join(dotGit, "refs/heads/b"), "ref: refs/heads/main\n");
      },
    ],
    ["a ref that is no hash", (dotGit) => fs.writeFileSync(path.join(dotGit, "refs/heads/main"), "secret text\n")],
    ["a commondir that leads nowhere", (dotGit) => fs.writeFileSync(path.join(dotGit, "commondir"), "/nowhere\0\n")],
    ["huge settings", (dotGit) => fs.appendFileSync(path.join(dotGit, "config"), "#".padEnd(1_000_000, "x"))],
  ];

  it.each(damage)("%s: no answer but facts of this repository, and nothing of what was read", async (_name, harm) => {
    const { folder, commit } = repository();
    fs.writeFileSync(path.join(path.dirname(folder), "secret"), `${"d".repeat(40)}\n`);
    harm(path.join(folder, ".git"));
    for (const answer of [
      await gatherGit(folder, { budgetMs: 30_000 }),
      await withoutProgram(() => gatherGit(folder)),
    ]) {
      expect(JSON.stringify(answer)).not.toMatch(/secret text|root:|dddd/);
      if (answer.kind === "repository") expect([undefined, commit]).toContain(answer.facts.head);
    }
  });

  it.skipIf(process.platform === "win32")("a pipe in place of HEAD does not stop it", async () => {
    const { folder } = repository();
    const head = path.join(folder, ".git/HEAD");
    fs.rmSync(head);
    execFileSync("mkfifo", [head]);
    expect(await withoutProgram(() => gatherGit(folder, { budgetMs: 30_000 }))).toEqual({
      kind: "unknown",
      reason: "no-git-program",
    });
  });

  it.each([
    ["gitdir: .git\n"],
    ["gitdir: /nowhere\n"],
    ["gitdir: ..\n"],
    ["text"],
    [""],
    ["gitdir: \0\n"],
    [`gitdir: ${"a/".repeat(30_000)}`],
  ])("a .git file of %j leads nowhere", async (content) => {
    const folder = temporaryFolder();
    fs.writeFileSync(path.join(folder, ".git"), content);
    const answer = await gatherGit(folder, { budgetMs: 30_000 });
    expect(answer.kind).not.toBe("repository");
  });

  it("a directory that is gone, is a file, or has no legal name is unknown", async () => {
    const folder = temporaryFolder();
    fs.writeFileSync(path.join(folder, "file"), "");
    for (const cwd of [path.join(folder, "gone"), path.join(folder, "file"), "\0", "", "x".repeat(100_000)]) {
      const answer = await gatherGit(cwd, { budgetMs: 30_000 });
      expect(answer).toEqual({ kind: "unknown", reason: "no-directory" });
    }
  });
});

describe("gatherGit's time", () => {
  it("without a budget it does not even look", async () => {
    for (const budgetMs of [0, -1, Number.NaN]) {
      expect(await gatherGit("/", { budgetMs })).toEqual({ kind: "unknown", reason: "no-time" });
    }
  });

  it.skipIf(process.platform === "win32")("what does not answer in time is unknown, and is stopped", async () => {
    const { folder } = repository();
    git(folder, "config", "core.worktree", folder);
    const bin = temporaryFolder();
    const pids = path.join(bin, "pids");
    fs.writeFileSync(path.join(bin, "git"), `#!/bin/sh\necho $$ >> '${pids}'\nexec sleep 600\n`, { mode: 0o755 });
    const before = process.env["PATH"];
    process.env["PATH"] = `${bin}${path.delimiter}${before}`;
    onTestFinished(() => void (process.env["PATH"] = before));
    expect(await gatherGit(folder, { budgetMs: 2000 })).toEqual({ kind: "unknown", reason: "no-time" });
    const controller = new AbortController();
    const pending = gatherGit(folder, { budgetMs: 30_000, signal: controller.signal });
    setTimeout(() => controller.abort(), 500);
    expect(await pending).toEqual({ kind: "unknown", reason: "aborted" });
    expect(await gatherGit(folder, { signal: controller.signal })).toEqual({ kind: "unknown", reason: "aborted" });
    const alive = (): readonly string[] =>
      (fs.existsSync(pids) ? fs.readFileSync(pids, "utf8") : "").split("\n").filter((pid) => {
        try {
          return pid !== "" && process.kill(Number(pid), 0);
        } catch {
          return false;
        }
      });
    await expect.poll(alive, { timeout: 30_000 }).toEqual([]);
  });
});
