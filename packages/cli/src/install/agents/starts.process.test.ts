import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { eventually } from "../../testing/wait.js";
import { type Home, makeHome } from "../testing/home.js";

/** A capture program that keeps what it was given, at a path that needs care in a shell. */
function recorder(home: Home): { readonly program: Home["program"]; seen(): readonly any[] } {
  const folder = join(home.dir, 'it\'s a "path" of `mine`', "agentlog");
  const seen = join(home.dir, "seen");
  mkdirSync(folder, { recursive: true });
  mkdirSync(seen);
  const hook = join(folder, "hook.cjs");
  writeFileSync(
    hook,
    `const fs = require("node:fs");
const record = { argv: process.argv.slice(2), input: JSON.parse(fs.readFileSync(0, "utf8")) };
const file = ${JSON.stringify(seen)} + "/" + process.pid;
fs.writeFileSync(file + ".part", JSON.stringify(record));
fs.renameSync(file + ".part", file + ".json");`,
  );
  return {
    program: { node: process.execPath, hook },
    seen: () =>
      readdirSync(seen)
        .filter((name) => name.endsWith(".json"))
        .map((name) => JSON.parse(readFileSync(join(seen, name), "utf8"))),
  };
}

/** Starts a handler the way its agent does. */
function start(handler: Record<string, any>): void {
  const input = '{"session_id":"s1"}\n';
  const program = handler["exec"] ?? (handler["args"] === undefined ? "/bin/sh" : handler["command"]);
  const args = handler["args"] ?? ["-c", handler["bash"] ?? handler["command"]];
  const { status, stdout } = spawnSync(program, args, { input });
  expect({ status, stdout: String(stdout) }).toEqual({ status: 0, stdout: "" });
}

describe.skipIf(process.platform === "win32")("an installed hook", () => {
  it.each([
    ["claude", "user"],
    ["codex", "user"],
    ["gemini", "user"],
    ["copilot", "user"],
    ["copilot", "project"],
  ] as const)("of %s, %s, starts the program with the agent's name and hands it the payload", (agent, scope) => {
    const home = makeHome();
    const { program, seen } = recorder(home);
    const { file } = home.install(agent, { scope, program });
    const [entry] = JSON.parse(readFileSync(file, "utf8")).hooks.SessionStart;
    start(entry.hooks?.[0] ?? entry);
    expect(seen()).toEqual([{ argv: [agent], input: { session_id: "s1" } }]);
  });

  it("of OpenCode is a plugin for its first and its second kind of host, and waits for nothing", async () => {
    const home = makeHome();
    const { program, seen } = recorder(home);
    const { file } = home.install("opencode", { program });
    writeFileSync(join(home.dir, "package.json"), '{"type":"module"}');
    const { default: plugin } = (await import(pathToFileURL(file).href)) as { default: any };
    expect(plugin).toMatchObject({ id: "agentlog" });

    const hooks = await plugin.server({ directory: "/repo" });
    await hooks.event({
      event: { type: "session.created", properties: { info: { id: "ses_1", directory: "/repo/a" } } },
    });
    await hooks.event({ event: { type: "session.idle", properties: { sessionID: "ses_1" } } });
    await hooks.event({ event: { type: "message.part.updated", properties: { sessionID: "ses_1" } } });
    await hooks.event({ event: { type: "session.error", properties: {} } });
    await hooks.event({});
    await hooks["chat.message"](
      { sessionID: "ses_1" },
      { message: { id: "msg_1" }, parts: [{ type: "text", text: "hi" }] },
    );
    await hooks["tool.execute.before"]({ sessionID: "ses_1", tool: "bash", callID: "c1" }, { args: { command: "ls" } });
    await hooks["tool.execute.after"]({ sessionID: "ses_1", tool: "bash", callID: "c1" }, { output: "x" });

    const found = await eventually(() => (seen().length >= 5 ? seen() : undefined));
    const payloads = new Map(found.map(({ argv, input }) => [input.hook_event_name, { argv, input }]));
    expect([...payloads.keys()].sort()).toEqual(
      ["chat.message", "session.created", "session.idle", "tool.execute.after", "tool.execute.before"].sort(),
    );
    expect(payloads.get("session.created")).toMatchObject({
      argv: ["opencode"],
      input: { session_id: "ses_1", cwd: "/repo/a", timestamp: expect.stringMatching(/^\d{4}-.*Z$/) },
    });
    expect(payloads.get("tool.execute.before")?.input).toMatchObject({
      cwd: "/repo",
      properties: { callID: "c1", args: { command: "ls" } },
    });

    const registered = new Map<string, (event: unknown) => void>();
    const stop = await plugin.setup({
      tool: { hook: async (name: string, act: (event: unknown) => void) => void registered.set(name, act) },
      event: {
        async *subscribe() {
          yield { type: "session.created", data: { sessionID: "ses_2" } };
          throw new Error("the stream broke");
        },
      },
    });
    registered.get("execute.after")?.({ sessionID: "ses_2", tool: "bash", status: "ok" });
    await eventually(() => seen().filter(({ input }) => input.session_id === "ses_2").length === 2);
    stop();
  });

  it("of OpenCode stops nobody when the program is gone", async () => {
    const home = makeHome();
    const { file } = home.install("opencode", { program: { node: "/no/node", hook: "/no/hook.cjs" } });
    writeFileSync(join(home.dir, "package.json"), '{"type":"module"}');
    const { default: plugin } = (await import(pathToFileURL(file).href)) as { default: any };
    const hooks = await plugin.server({ directory: "/repo" });
    await hooks.event({ event: { type: "session.idle", properties: { sessionID: "ses_1" } } });
    const circular: Record<string, unknown> = { sessionID: "ses_1" };
    circular["self"] = circular;
    await hooks["chat.message"](circular, undefined);
  });
});
