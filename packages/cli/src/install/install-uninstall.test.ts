import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { treeOf } from "../testing/tree.js";
import { INSTALL_AGENTS } from "./agents/index.js";
import { type Home, makeHome, NOW } from "./testing/home.js";
import { type InstallScope } from "./target.js";

const everywhere = INSTALL_AGENTS.flatMap((agent) => (["user", "project"] as const).map((scope) => ({ agent, scope })));
const settings = everywhere.filter(({ agent }) => agent !== "opencode");

const other = { matcher: "Bash", hooks: [{ type: "command", command: "lint" }] };

/** Files that a tool or a person may leave behind, each with its own habits. */
const files: Readonly<Record<string, string>> = {
  "of two spaces": `${JSON.stringify({ model: "opus", env: { A: "1" } }, null, 2)}\n`,
  "of three spaces": JSON.stringify({ model: "opus", hooks: { SessionStart: [other] } }, null, 3),
  "of tabs": `${JSON.stringify({ hooks: { SessionStart: [other], Stop: [] }, model: "opus" }, null, "\t")}\n`,
  "with CRLF": `${JSON.stringify({ a: [1, { b: 2 }], hooks: {} }, null, 4).replaceAll("\n", "\r\n")}\r\n`,
  "without a final line break": JSON.stringify({ a: 1 }, null, 2),
  "with a byte order mark": `\uFEFF${JSON.stringify({ a: 1 }, null, 2)}\n`,
  "of one line": `{"a":1,"hooks":{"SessionEnd":[{"hooks":[]}],"SessionStart":[]}}`,
  "of one line with spaces": `{ "a": 1, "hooks": { "SessionStart": [ ] } }\n`,
  "with odd spacing": `  {"a" :1\n\n,   "hooks"\t:{\n }\n\n\n  }  \n\n`,
  "that is an empty object": "{}",
  "that is an empty object with a line break": "{}\n",
  "that is an empty object with space in it": "{ \n }\n",
  "that is empty": "",
  "that is white space": "\n \n",
  "that is a byte order mark": "\uFEFF",
  "with hooks of others in our events": JSON.stringify({
    hooks: { SessionStart: [other, other], SessionEnd: [other] },
  }),
  "with a matcher and no hooks in it": JSON.stringify(
    { hooks: { SessionStart: [{ matcher: "x", hooks: [] }] } },
    null,
    2,
  ),
};

function fileOf(home: Home, { agent, scope }: (typeof everywhere)[number]): string {
  return home.target(agent, scope).file;
}

describe.each(everywhere)("$agent, $scope", ({ agent, scope }) => {
  it("makes what is missing and takes all of it away again", () => {
    const home = makeHome();
    const before = treeOf(home.dir);
    const report = home.install(agent, { scope });
    expect(report).toMatchObject({ changed: true, before: undefined });
    expect(report.backup).toBeUndefined();
    expect(existsSync(fileOf(home, { agent, scope }))).toBe(true);
    expect(home.uninstall(agent, { scope })).toMatchObject({ changed: true, after: undefined });
    expect(treeOf(home.dir)).toEqual(before);
    expect(home.uninstall(agent, { scope }).changed).toBe(false);
    expect(treeOf(home.dir)).toEqual(before);
  });

  it("installs twice as once", () => {
    const home = makeHome();
    home.install(agent, { scope });
    const once = treeOf(home.dir);
    expect(home.install(agent, { scope })).toMatchObject({ changed: false });
    expect(treeOf(home.dir)).toEqual(once);
  });

  it("keeps folders that were there, and what others put into those it made", () => {
    const home = makeHome();
    const file = fileOf(home, { agent, scope });
    mkdirSync(dirname(file), { recursive: true });
    const before = treeOf(home.dir);
    home.install(agent, { scope });
    home.uninstall(agent, { scope });
    expect(treeOf(home.dir)).toEqual(before);

    rmSync(dirname(file), { recursive: true });
    home.install(agent, { scope });
    writeFileSync(join(dirname(file), "theirs"), "");
    home.uninstall(agent, { scope });
    expect(readdirSync(dirname(file))).toEqual(["theirs"]);
  });

  it("makes the user's folders private, a repository's plain, and the file private", () => {
    const home = makeHome();
    const file = fileOf(home, { agent, scope });
    home.install(agent, { scope });
    expect(statSync(dirname(file)).mode & 0o777).toBe(scope === "user" ? 0o700 : 0o777 & ~process.umask());
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("changes nothing in a dry run, and says what it would do", () => {
    const home = makeHome();
    const before = treeOf(home.dir);
    const planned = home.install(agent, { scope, dryRun: true });
    expect(treeOf(home.dir)).toEqual(before);
    expect(planned).toMatchObject({ changed: true, before: undefined });
    const done = home.install(agent, { scope });
    expect(done.after).toBe(planned.after);
    const installed = treeOf(home.dir);
    expect(home.uninstall(agent, { scope, dryRun: true })).toMatchObject({ changed: true });
    expect(treeOf(home.dir)).toEqual(installed);
  });

  it("tells what is installed, since when, and whether it is this very program", () => {
    const home = makeHome();
    const { file, events } = home.target(agent, scope);
    const base = { agent, scope, file };
    expect(home.read(agent, { scope })).toEqual({ ...base, installed: false, events: [], current: false });
    home.install(agent, { scope });
    const installed = { ...base, installed: true, events, since: NOW.toISOString() };
    expect(home.read(agent, { scope })).toEqual({ ...installed, current: true });
    const program = { ...home.program, node: "/other/node" };
    expect(home.read(agent, { scope, program })).toEqual({ ...installed, current: false });
    home.uninstall(agent, { scope });
    expect(home.read(agent, { scope })).toEqual({ ...base, installed: false, events: [], current: false });
  });

  it("replaces an older path of ours, keeps the day of the first install, and still leaves no trace", () => {
    const home = makeHome();
    const before = treeOf(home.dir);
    const old = { node: "/old/node", hook: "/old/node_modules/@agentlog/cli/dist/hook.cjs" };
    home.install(agent, { scope, program: old });
    expect(home.install(agent, { scope, now: new Date("2027-01-01T00:00:00Z") })).toMatchObject({ changed: true });
    expect(readFileSync(fileOf(home, { agent, scope }), "utf8")).not.toContain("/old/");
    expect(home.read(agent, { scope })).toMatchObject({ current: true, since: NOW.toISOString() });
    home.uninstall(agent, { scope });
    expect(treeOf(home.dir)).toEqual(before);
  });
});

describe.each(settings)("settings of $agent, $scope", ({ agent, scope }) => {
  it.each(Object.entries(files))("come back byte for byte: a file %s", (_name, content) => {
    const home = makeHome();
    const file = home.write(fileOf(home, { agent, scope }), content);
    chmodSync(file, 0o640);
    const before = treeOf(home.dir);
    const { backup } = home.install(agent, { scope });
    expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readFileSync(backup ?? "", "utf8")).toBe(content);
    const once = readFileSync(file);
    home.install(agent, { scope });
    expect(readFileSync(file)).toEqual(once);
    home.uninstall(agent, { scope });
    expect(readFileSync(file, "utf8")).toBe(content);
    // The backup says nothing any more that the file does not.
    expect(treeOf(home.dir)).toEqual(before);
    home.uninstall(agent, { scope });
    expect(treeOf(home.dir)).toEqual(before);
  });

  it("keep what the user changed since, and lose only our hooks", () => {
    const home = makeHome();
    const file = home.write(fileOf(home, { agent, scope }), `${JSON.stringify({ a: 1 }, null, 2)}\n`);
    home.install(agent, { scope });
    const edited = readFileSync(file, "utf8").replace('"a": 1', '"a":   2, "b": [ ]');
    writeFileSync(file, edited);
    const { backup } = home.uninstall(agent, { scope });
    expect(readFileSync(file, "utf8")).toBe('{\n  "a":   2, "b": [ ]\n}\n');
    expect(readFileSync(backup ?? "", "utf8")).toBe(edited);
  });

  it("come back without the receipt too, where nothing in them was empty", () => {
    const home = makeHome();
    const content = JSON.stringify({ a: 1, hooks: { SessionStart: [other] } }, null, 2);
    const file = home.write(fileOf(home, { agent, scope }), content);
    home.install(agent, { scope });
    rmSync(`${file}.agentlog-receipt`);
    home.uninstall(agent, { scope });
    expect(readFileSync(file, "utf8")).toBe(content);
  });

  it("come back when other hooks were added around ours", () => {
    const home = makeHome();
    const file = home.write(fileOf(home, { agent, scope }), "{}");
    home.install(agent, { scope });
    const edited = JSON.parse(readFileSync(file, "utf8"));
    edited.hooks.SessionStart.unshift(other);
    edited.hooks.SessionStart.push(other);
    edited.hooks.Custom = [other];
    writeFileSync(file, JSON.stringify(edited));
    home.uninstall(agent, { scope });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      hooks: { SessionStart: [other, other], Custom: [other] },
    });
  });
});

describe("a file that is a symbolic link", () => {
  it("is followed to the user's own dotfiles, written there, and stays a link", () => {
    const home = makeHome();
    const dotfile = home.write(join(home.home, "dotfiles", "claude.json"), '{"a":1}');
    const file = join(home.home, ".claude", "settings.json");
    mkdirSync(dirname(file));
    symlinkSync("../dotfiles/claude.json", file);
    const before = treeOf(home.dir);
    expect(home.install("claude")).toMatchObject({ file, linkedTo: dotfile });
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(readFileSync(dotfile, "utf8")).toContain("hook.cjs");
    home.uninstall("claude");
    expect(treeOf(home.dir)).toEqual(before);
  });

  const cases: readonly (readonly [string, InstallScope, (home: Home, file: string) => string])[] = [
    ["out of the home", "user", (home) => home.write(join(home.dir, "elsewhere.json"), "{}")],
    ["out of the project", "project", (home) => home.write(join(home.home, "mine.json"), "{}")],
    ["nowhere", "user", (home) => join(home.home, "missing.json")],
    ["itself", "user", (_home, file) => file],
  ];
  it.each(cases)("is refused when it leads to %s", (_name, scope, targetOf) => {
    const home = makeHome();
    const { file } = home.target("claude", scope);
    mkdirSync(dirname(file), { recursive: true });
    symlinkSync(targetOf(home, file), file);
    const before = treeOf(home.dir);
    expect(() => home.install("claude", { scope })).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/UNSAFE_PATH|IO_ERROR/) }),
    );
    expect(treeOf(home.dir)).toEqual(before);
  });

  it("is refused when a folder of the project leads out of it", () => {
    const home = makeHome();
    mkdirSync(join(home.home, ".claude"));
    symlinkSync(join(home.home, ".claude"), join(home.project, ".claude"));
    expect(() => home.install("claude", { scope: "project" })).toThrow(
      expect.objectContaining({ code: "UNSAFE_PATH" }),
    );
    expect(readdirSync(join(home.home, ".claude"))).toEqual([]);
  });
});

describe("where settings are", () => {
  it.each([
    ["claude", { CLAUDE_CONFIG_DIR: "/c" }, "/c/settings.json"],
    ["codex", { CODEX_HOME: "/c" }, "/c/hooks.json"],
    ["copilot", { COPILOT_HOME: "/c" }, "/c/hooks/agentlog.json"],
    ["gemini", { GEMINI_CLI_HOME: "/c" }, "/c/.gemini/settings.json"],
    ["opencode", { XDG_CONFIG_HOME: "/c" }, "/c/opencode/plugins/agentlog.js"],
  ] as const)("%s honours its variable", (agent, env, file) => {
    expect(makeHome(env).target(agent).file).toBe(file);
  });

  it.each([
    ["claude", ".claude/settings.local.json"],
    ["codex", ".codex/hooks.json"],
    ["copilot", ".github/copilot/settings.local.json"],
    ["gemini", ".gemini/settings.json"],
    ["opencode", ".opencode/plugins/agentlog.js"],
  ] as const)("a project's are at the root of the repository: %s", (agent, file) => {
    const home = makeHome();
    const below = { ...home, place: { ...home.place, cwd: join(home.project, "a", "b") } };
    mkdirSync(below.place.cwd, { recursive: true });
    expect(below.target(agent, "project").file).toBe(join(home.project, file));
  });
});
