import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { nodeDisk, openSpool } from "@agentlog/durable-fs";
import { describe, expect, it } from "vitest";
import { INSTALL_AGENTS, installTarget } from "../../install/agents/index.js";
import { installHooks } from "../../install/install-hooks.js";
import { captureProgram } from "../../install/program.js";
import { clinic, type Clinic } from "../testing/clinic.js";

const DAYS = 24 * 3_600_000;

/** Hooks as an install some days ago left them, started by the program of this very version or another one. */
function installed(box: Clinic, agent: string, { days = 3, hook = captureProgram().hook } = {}): string {
  const target = installTarget(agent, "user", { env: box.env, cwd: box.dir });
  const now = new Date(Date.now() - days * DAYS);
  installHooks(target, { ...captureProgram(), hook }, { dryRun: false, disk: nodeDisk, now });
  return target.file;
}

const ofHooks = async (box: Clinic): Promise<readonly string[]> =>
  (await box.findings()).filter(({ check }) => check === "hooks").map(({ severity, what }) => `${severity}: ${what}`);

async function captured(box: Clinic, agent: string, payload: object): Promise<void> {
  const call = { v: 1, agent, received: new Date().toISOString(), payload: JSON.stringify(payload) };
  box.open();
  openSpool(box.layout.hookSpool).put(Buffer.from(JSON.stringify(call)));
}

describe("the hooks of agents", () => {
  it("not installed is no finding", async () => {
    const box = clinic();
    expect(await ofHooks(box)).toEqual([]);
    expect((await box.run("doctor")).out).toContain(`not installed: ${INSTALL_AGENTS.join(", ")}`);
  });

  it.each(INSTALL_AGENTS)(
    "%s: installed three days ago and never heard of is told, and not when the first call came",
    async (agent) => {
      const box = clinic();
      installed(box, agent);
      expect(await ofHooks(box)).toEqual([
        `note: the hooks of ${agent} were installed 3d ago, and 0 events came from them`,
      ]);
      await captured(box, agent, { session_id: "s", hook_event_name: "SessionStart" });
      expect(await ofHooks(box)).toEqual([]);
      expect((await box.run("doctor")).out).toContain(`${agent} (user), installed 3d ago, 1 event`);
    },
  );

  it("is a problem when the agent was used since", async () => {
    const box = clinic();
    installed(box, "claude");
    const native = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
    const line = {
      type: "user",
      uuid: "a1",
      parentUuid: null,
      message: { role: "user", content: "hello" },
      sessionId: native,
      timestamp: new Date(Date.now() - DAYS).toISOString(),
      cwd: "/w",
      isSidechain: false,
    };
    const file = box.write(join(box.home, ".claude", "projects", "-w", `${native}.jsonl`), `${JSON.stringify(line)}\n`);
    await box.run("import", file);
    expect(await ofHooks(box)).toEqual([
      "problem: the hooks of claude were installed 3d ago, and 0 events came from them",
    ]);
  });

  it("counts what was taken into the logs", async () => {
    const box = clinic();
    installed(box, "claude");
    await captured(box, "claude", {
      session_id: "11111111-1111-4111-8111-111111111111",
      hook_event_name: "SessionStart",
      source: "startup",
    });
    await captured(box, "claude", {
      session_id: "11111111-1111-4111-8111-111111111111",
      hook_event_name: "UserPromptSubmit",
      prompt: "hello",
      prompt_id: "p1",
    });
    await box.run("ls");
    expect(await ofHooks(box)).toEqual([]);
    expect((await box.run("doctor")).out).toContain("claude (user), installed 3d ago, 2 events");
  });

  it.each(INSTALL_AGENTS)("%s: a program that is gone is told, and an install mends it", async (agent) => {
    const box = clinic();
    const hook = box.write(join(box.dir, "lib", "@agentlog", "cli", "dist", "hook.cjs"), "");
    installed(box, agent, { hook });
    const outdated = `problem: the hooks of ${agent} are not as this version sets them up`;
    expect(await ofHooks(box)).toContain(outdated);
    rmSync(hook);
    expect(await ofHooks(box)).toContain(`problem: the hooks of ${agent} start ${hook}, which is not there`);
    const [found] = (await box.findings()).filter(({ severity, check }) => severity === "problem" && check === "hooks");
    expect(found?.command).toBe(`agentlog install ${agent}`);
    await box.cure(found?.command ?? "");
    expect((await ofHooks(box)).filter((one) => one.startsWith("problem"))).toEqual([]);
  });

  it("settings that the agent itself cannot read are told, and hide no other agent's", async () => {
    const box = clinic();
    writeFileSync(installed(box, "claude"), "{ not json");
    installed(box, "codex");
    expect(await ofHooks(box)).toEqual([
      expect.stringMatching(/^problem: .*settings\.json/),
      expect.stringMatching(/^note: the hooks of codex/),
    ]);
  });
});

describe("a plugin beside hooks in the settings", () => {
  const inSettings = (box: Clinic, plugins: object): void => {
    const file = installed(box, "claude");
    const settings = JSON.parse(readFileSync(file, "utf8")) as object;
    writeFileSync(file, JSON.stringify({ ...settings, enabledPlugins: plugins }));
  };
  const twice = async (box: Clinic): Promise<readonly string[]> =>
    (await ofHooks(box)).filter((one) => one.includes("a plugin of it"));

  it("claude: is told, and taking the hooks out mends it", async () => {
    const box = clinic();
    inSettings(box, { "agentlog@agentlog": true, "other@market": true });
    expect(await twice(box)).toEqual([
      "problem: claude has hooks of agentlog in its settings and a plugin of it (agentlog@agentlog)",
    ]);
    await box.cure("agentlog uninstall claude");
    expect(await twice(box)).toEqual([]);
  });

  it("claude: one that is turned off, or another's, is none", async () => {
    const box = clinic();
    inSettings(box, { "agentlog@market": false, "my-agentlog-fan@market": true });
    expect(await twice(box)).toEqual([]);
  });

  it.each<[string, (box: Clinic) => void]>([
    [
      "codex",
      (box) =>
        box.write(
          join(box.home, ".codex", "config.toml"),
          'model = "x"\n\n[plugins."agentlog@agentlog"]\nenabled = true\n',
        ),
    ],
    [
      "gemini",
      (box) =>
        box.write(join(box.home, ".gemini", "extensions", "log", "gemini-extension.json"), '{"name":"agentlog"}'),
    ],
    [
      "opencode",
      (box) =>
        box.write(join(box.home, ".config", "opencode", "opencode.json"), '{"plugin":["@agentlog/opencode@1.0.0"]}'),
    ],
  ])("%s: is told", async (agent, plug) => {
    const box = clinic();
    installed(box, agent);
    expect(await twice(box)).toEqual([]);
    plug(box);
    expect(await twice(box)).toHaveLength(1);
  });

  it("codex: one that is turned off is none, and files of any shape harm nothing", async () => {
    const box = clinic();
    installed(box, "codex");
    const config = box.write(
      join(box.home, ".codex", "config.toml"),
      '[plugins."agentlog@x"]\nenabled = false\n[other]\n',
    );
    expect(await twice(box)).toEqual([]);
    writeFileSync(config, Buffer.from([0xff, 0, 10, 91]));
    mkdirSync(join(box.home, ".gemini", "extensions", "broken"), { recursive: true });
    box.write(join(box.home, ".config", "opencode", "opencode.json"), '{"plugin":[1,null,{"a":2}]}');
    box.write(join(box.home, ".claude", "settings.json"), '{"enabledPlugins":[1,2]}');
    expect(await twice(box)).toEqual([]);
  });
});
