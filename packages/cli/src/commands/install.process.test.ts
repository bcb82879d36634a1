import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Sandbox, sandbox } from "../testing/agentlog.js";
import { expectRefusal } from "../testing/refusal.js";
import { treeOf } from "../testing/tree.js";

const AGENTS = ["claude", "codex", "copilot", "gemini", "opencode"] as const;

const settingsOf = (box: Sandbox): any => JSON.parse(readFileSync(join(box.home, ".claude", "settings.json"), "utf8"));

describe("agentlog install", () => {
  it.each(AGENTS)("%s: installs and uninstalls without a trace", async (agent) => {
    const box = sandbox();
    const before = treeOf(box.dir);
    expect(await box.data(["install", agent])).toMatchObject({ agent, scope: "user", changed: true });
    expect(await box.data(["install", agent])).toMatchObject({ changed: false });
    expect(await box.data(["uninstall", agent])).toMatchObject({ changed: true, removed: true });
    expect(await box.data(["uninstall", agent, "--scope", "project"])).toMatchObject({ changed: false });
    expect(treeOf(box.dir)).toEqual(before);
  });

  it("makes a hook that prints nothing, exits 0 and records", async () => {
    const box = sandbox();
    await box.data(["install", "claude"]);
    const [{ hooks }] = settingsOf(box).hooks.SessionStart;
    const payload = {
      session_id: "s1",
      transcript_path: "/t.jsonl",
      cwd: box.work,
      hook_event_name: "SessionStart",
      source: "startup",
    };
    const ran = await box.spawn(hooks[0].command, hooks[0].args, { input: JSON.stringify(payload) }).over;
    expect({ code: ran.code, out: ran.out, err: ran.err }).toEqual({ code: 0, out: "", err: "" });
    expect(Object.keys(treeOf(box.store)).length).toBeGreaterThan(1);
  });

  it("by many at once is installed once", async () => {
    const box = sandbox();
    const all = await Promise.all(Array.from({ length: 6 }, () => box.run(["install", "claude", "--json"])));
    expect(all.map(({ code }) => code)).toEqual([0, 0, 0, 0, 0, 0]);
    for (const event of Object.values<any[]>(settingsOf(box).hooks)) expect(event).toHaveLength(1);
  });

  it("refuses what it cannot do in one line, with the exit code that says why", async () => {
    const box = sandbox();
    expectRefusal(await box.run(["install", "cursor"]), 2, /known: claude, codex, copilot, gemini, opencode/);
    expectRefusal(await box.run(["install", "claude", "--scope", "all"]), 2, /user or project/);
    await box.spawn("sh", ["-c", `mkdir ${box.home}/.claude; echo '{' > ${box.home}/.claude/settings.json`]).over;
    expectRefusal(await box.run(["install", "claude"]), 1, /settings\.json cannot be read at line 2, column 1/);
  });
});
