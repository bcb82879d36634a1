import { describe, expect, it } from "vitest";
import { installTarget } from "./index.js";
import { type InstallTarget, type SettingsTarget } from "../target.js";

const place = { env: { HOME: "/home/me" }, cwd: "/" };
const program = { node: "/usr/bin/node", hook: "/opt/my hooks/hook.cjs" };
const settings = (agent: string, scope = "user") => installTarget(agent, scope, place) as SettingsTarget;
const byEvent = ({ events, handler }: SettingsTarget) =>
  Object.fromEntries(events.map((event) => [event, handler(event, program)]));

describe("what each agent is told", () => {
  it("Claude: program and arguments, without a shell; what a tool does is not waited for", () => {
    const base = { type: "command", command: "/usr/bin/node", args: ["/opt/my hooks/hook.cjs", "claude"], timeout: 10 };
    const handlers = byEvent(settings("claude"));
    for (const event of ["SessionStart", "SessionEnd", "UserPromptSubmit", "Stop"])
      expect(handlers[event]).toEqual(base);
    for (const event of ["PreToolUse", "PostToolUse", "PostToolUseFailure", "SubagentStop"])
      expect(handlers[event]).toEqual({ ...base, async: true });
    expect(Object.keys(handlers)).not.toContain("WorktreeCreate");
    expect(Object.keys(handlers)).not.toContain("MessageDisplay");
  });

  it("Codex and Gemini: a quoted command line; Gemini counts in milliseconds", () => {
    expect(byEvent(settings("codex"))["Stop"]).toEqual({
      type: "command",
      command: "/usr/bin/node '/opt/my hooks/hook.cjs' codex",
      timeout: 10,
    });
    expect(byEvent(settings("gemini"))["BeforeTool"]).toEqual({
      name: "agentlog",
      type: "command",
      command: "/usr/bin/node '/opt/my hooks/hook.cjs' gemini",
      timeout: 10_000,
    });
    expect(settings("gemini").events).not.toContain("AfterModel");
  });

  it("Copilot: nothing of what denies a tool when it fails", () => {
    for (const scope of ["user", "project"]) {
      const { events } = settings("copilot", scope);
      expect(events).not.toContain("PreToolUse");
      expect(events).not.toContain("PermissionRequest");
    }
    expect(byEvent(settings("copilot"))["Stop"]).toEqual({
      type: "command",
      exec: "/usr/bin/node",
      args: ["/opt/my hooks/hook.cjs", "copilot"],
      timeoutSec: 10,
    });
  });

  it("Gemini: no path with a $, which it would replace", () => {
    const check = (target: InstallTarget) => target.check?.({ ...program, hook: "/opt/$x/hook.cjs" });
    expect(() => check(settings("gemini"))).toThrow(expect.objectContaining({ code: "USAGE" }));
    expect(() => check(settings("codex"))).not.toThrow();
  });

  it.each([
    ["cursor", "user"],
    ["__proto__", "user"],
    ["claude", "global"],
    ["claude", "__proto__"],
  ])("no other agent and no other scope: %s, %s", (agent, scope) => {
    expect(() => installTarget(agent, scope, place)).toThrow(expect.objectContaining({ code: "USAGE" }));
  });

  it.each([{}, { HOME: "" }, { HOME: "relative" }, { HOME: "/" }])("a home that is none is refused: %j", (env) => {
    expect(() => installTarget("claude", "user", { env, cwd: "/" })).toThrow(
      expect.objectContaining({ code: "USAGE" }),
    );
    expect(() => installTarget("claude", "project", { env, cwd: "/tmp" })).not.toThrow();
  });
});
