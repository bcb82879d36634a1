import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { isAgentlogError } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { createContext } from "../context.js";
import { type Home, makeHome } from "../install/testing/home.js";
import { type CaptureProgram } from "../install/program.js";
import { type Io } from "../io.js";
import { firstUnsafe } from "../testing/printable.js";
import { treeOf } from "../testing/tree.js";
import { install } from "./install.js";
import { uninstall } from "./uninstall.js";

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** A home with a capture program in a place that lasts, as far as its name tells. */
function lasting(): { readonly home: Home; readonly program: CaptureProgram } {
  const home = makeHome();
  const hook = home.write(join(home.dir, "lib", "@agentlog", "cli", "dist", "hook.cjs"), "");
  return { home, program: { node: process.execPath, hook } };
}

/** Runs a command as `main` does, with its words in the given order: the agent, then flags. */
async function run(
  command: typeof install,
  home: Home,
  program: CaptureProgram | undefined,
  agent: string,
  options: { readonly scope?: string; readonly dryRun?: boolean; readonly json?: boolean } = {},
): Promise<Said> {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const io: Io = { ...home.place, stdin: process.stdin, stdout: stdout as never, stderr: stderr as never };
  const { json = false, ...own } = options;
  const context = createContext(io, { json, color: false });
  const code = await command(context, agent, { scope: "user", ...own }, program);
  const text = (stream: PassThrough): string => String(stream.read() ?? "");
  return { code, out: text(stdout), err: text(stderr) };
}

describe("install and uninstall", () => {
  it("say which file, what was added, where the old one is, and how to check", async () => {
    const { home, program } = lasting();
    const { file } = home.target("claude");
    home.write(file, "{}");
    const said = await run(install, home, program, "claude");
    expect(said.code).toBe(0);
    expect(said.out).toContain(`claude: installed in ${file}\n`);
    expect(said.out).toMatch(/17 events: SessionStart, /);
    expect(said.out).toMatch(/the file as it was: .*settings\.json\.agentlog-backup-\d{8}T\d{6}Z\n/);
    expect(said.out).toContain("agentlog ls");
    expect((await run(install, home, program, "claude")).out).toContain(`claude: already installed in ${file}\n`);
    expect((await run(uninstall, home, program, "claude")).out).toBe(`claude: uninstalled from ${file}\n`);
    expect((await run(uninstall, home, program, "claude")).out).toBe(`claude: not installed in ${file}\n`);
    expect(readFileSync(file, "utf8")).toBe("{}");
  });

  it("print the difference in a dry run, and change nothing", async () => {
    const { home, program } = lasting();
    const { file } = home.target("codex");
    home.write(file, '{\n  "description": "mine"\n}\n');
    const before = treeOf(home.dir);
    const { out } = await run(install, home, program, "codex", { dryRun: true });
    expect(treeOf(home.dir)).toEqual(before);
    const lines = out.split("\n");
    expect(lines[0]).toBe(`codex: would change ${file}`);
    expect(lines.slice(1, 5)).toEqual([
      expect.stringMatching(/^@@ -1,3 \+1,\d+ @@$/),
      " {",
      '-  "description": "mine"',
      '+  "description": "mine",',
    ]);
    expect(lines.filter((line) => line.startsWith("-"))).toHaveLength(1);
    await run(install, home, program, "codex");
    expect((await run(uninstall, home, program, "codex", { dryRun: true })).out).toContain(
      '\n+  "description": "mine"\n',
    );
  });

  it("answer programs in one envelope", async () => {
    const { home, program } = lasting();
    const { file } = home.target("gemini", "project");
    const { out } = await run(install, home, program, "gemini", { scope: "project", json: true });
    expect(JSON.parse(out)).toMatchObject({
      agentlog: 1,
      command: "install",
      ok: true,
      data: {
        agent: "gemini",
        scope: "project",
        dryRun: false,
        file,
        changed: true,
        events: home.target("gemini").events,
      },
    });
    const gone = JSON.parse((await run(uninstall, home, program, "gemini", { scope: "project", json: true })).out);
    expect(gone.data).toMatchObject({ file, changed: true, removed: true });
    const dry = JSON.parse((await run(install, home, program, "gemini", { dryRun: true, json: true })).out);
    expect(dry.data).toMatchObject({
      dryRun: true,
      changed: true,
      diff: expect.arrayContaining([expect.stringMatching(/^@@/)]),
    });
  });

  it("warn of a path that may vanish, and of machine paths in a repository", async () => {
    const home = makeHome();
    const hook = home.write(join(home.dir, "_npx", "1", "@agentlog", "cli", "dist", "hook.cjs"), "");
    const { err } = await run(install, home, { node: process.execPath, hook }, "claude", { scope: "project" });
    expect(err).toMatch(/warning: .*hook\.cjs is in npm's npx cache and may vanish/);
    expect(err).toMatch(/settings\.local\.json: it holds paths of this machine/);
  });

  it("refuse a program that is not there, before anything is touched", async () => {
    const { home } = lasting();
    const before = treeOf(home.dir);
    const missing = { node: process.execPath, hook: "/no/hook.cjs" };
    const error = await run(install, home, missing, "claude").catch((thrown: unknown) => thrown);
    expect(isAgentlogError(error, "NOT_FOUND")).toBe(true);
    expect(treeOf(home.dir)).toEqual(before);
  });

  it("uninstall when the program is long gone", async () => {
    const { home, program } = lasting();
    const before = treeOf(home.dir);
    await run(install, home, program, "claude");
    const gone = { node: "/no/node", hook: "/no/hook.cjs" };
    expect((await run(uninstall, home, gone, "claude")).out).toContain("uninstalled from");
    expect(treeOf(home.dir)).toEqual(before);
  });

  it("print nothing that moves a terminal, whatever the settings hold", async () => {
    const { home, program } = lasting();
    const evil = "\u001b]0;pwned\u0007\u202e";
    const folder = join(home.home, evil);
    mkdirSync(folder);
    home.place.env["CLAUDE_CONFIG_DIR"] = folder;
    writeFileSync(home.target("claude").file, `{\n  "a": "\u009b\u202e"\n}\n`);
    for (const options of [{ dryRun: true }, {}]) {
      const { out, err } = await run(install, home, program, "claude", options);
      expect([firstUnsafe(Buffer.from(out)), firstUnsafe(Buffer.from(err))]).toEqual([undefined, undefined]);
    }
  });
});
