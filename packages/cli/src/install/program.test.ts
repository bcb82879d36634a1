import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { captureProgram, requireProgram, vanishingPaths } from "./program.js";

describe("the capture program", () => {
  it("is the one of this installation, started by this Node", () => {
    const { node, hook } = captureProgram();
    expect(node).toBe(process.execPath);
    expect(hook).toMatch(/[/\\]hook\.cjs$/);
  });

  it("must be there to be installed", () => {
    expect(() => requireProgram({ node: process.execPath, hook: "/no/such/hook.cjs" })).toThrow(
      expect.objectContaining({ code: "NOT_FOUND" }),
    );
    expect(() => requireProgram({ node: process.execPath, hook: process.execPath })).not.toThrow();
  });

  it.each([
    "/home/me/.npm/_npx/0a1b/node_modules/@agentlog/cli/dist/hook.cjs",
    "/home/me/.cache/pnpm/dlx/x/hook.cjs",
    "/tmp/bunx-1000-agentlog/hook.cjs",
    "/opt/homebrew/Cellar/node/24.1.0/bin/node",
    "/var/folders/x/T/hook.cjs",
    "/somewhere/temporary/hook.cjs",
    join(tmpdir(), "hook.cjs"),
  ])("may vanish from %s", (hook) => {
    const warnings = vanishingPaths({ node: "/usr/bin/node", hook }, { TMPDIR: "/somewhere/temporary" });
    expect(warnings).toEqual([expect.stringContaining(hook)]);
  });

  it("stays in a lasting place", () => {
    const program = { node: "/usr/bin/node", hook: "/usr/lib/node_modules/@agentlog/cli/dist/hook.cjs" };
    expect(vanishingPaths(program, {})).toEqual([]);
    expect(vanishingPaths(program, { TMPDIR: "" })).toEqual([]);
  });
});
