import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "@agentlog/durable-fs";
import { describe, expect, it } from "vitest";
import { type Sandbox, sandbox } from "./testing/agentlog.js";
import { answer, type Answered } from "./testing/in-process.js";

/** Made here, so that no scanner takes this file for a leak. */
const SECRETS: readonly string[] = [
  `sk-ant-${"a1B2".repeat(12)}`,
  ["AKIA", "IOSFODNN7EXAMPLE"].join(""),
  ["-----BEGIN RSA", `PRIVATE KEY-----\nMIIE${"x".repeat(64)}\n-----END RSA`, "PRIVATE KEY-----"].join(" "),
];
/** An API key, an access key and a private key in one text. */
const secret: string = SECRETS.join(" and ");

function expectNone(text: string, label?: string): void {
  for (const one of SECRETS) expect(text.includes(one.slice(0, 16)), label ?? text.slice(0, 200)).toBe(false);
}

/** Every file of a folder with its text. */
function filesBelow(folder: string): ReadonlyMap<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  // A lock's folder may go while it is looked at.
  const isFile = (name: string): boolean => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() === true;
  return new Map(names.map((name) => [name, isFile(name) ? readFileSync(join(folder, name), "utf8") : ""]));
}

describe("secrets in what is recorded", () => {
  it("[H-90] are nowhere but where its owner put it: no error, no file name, no failure, no presence", async () => {
    const box: Sandbox = sandbox();
    const said: string[] = [];
    const run = async (args: readonly string[], input?: string): Promise<Answered> => {
      const ran = await answer(args, { cwd: box.work, env: box.env, ...(input === undefined ? {} : { input }) });
      said.push(ran.err);
      return ran;
    };
    const hook = async (input: string): Promise<void> => {
      const { code, out, err } = await box.run(["hook", "claude"], {
        input,
        env: { ANTHROPIC_API_KEY: secret, AGENTLOG_SESSION_ID: secret },
      });
      expect([code, out, err]).toEqual([0, "", ""]);
    };
    const quoted = JSON.stringify(secret);
    // As payload, title, prompt, tool output and environment; whole, broken, and of the wrong shape.
    await run(["append", "s", "--create", "--type", "note.added", "--data", `{"text":${quoted}}`]);
    await run(["append", "s", "--type", "note.added", "--data", `{"text":${quoted}`]);
    await run(
      ["append", "s", "-"],
      `{"type":"x","data":${quoted}}\n{"type":"x","data":{"a":${quoted}\n[${quoted}]\n{"type":"","data":{"a":${quoted}}}\n`,
    );
    await run(["snapshot", "put", "k"], `{"a":${quoted}`);
    await hook(
      JSON.stringify({
        session_id: "native-1",
        hook_event_name: "UserPromptSubmit",
        prompt: `use ${secret}`,
        cwd: box.work,
      }),
    );
    await hook(
      JSON.stringify({
        session_id: "native-1",
        hook_event_name: "PostToolUse",
        tool_name: "Bash",
        tool_input: { command: "env" },
        tool_response: { stdout: secret },
      }),
    );
    await hook(`no JSON ${secret}`);
    await hook(JSON.stringify({ session_id: { secret }, hook_event_name: [secret] }));
    await hook("");
    await run(["ls"]);
    // A transcript with broken lines.
    const projects = join(box.home, ".claude", "projects", "p");
    mkdirSync(projects, { recursive: true });
    const uuid = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
    const user = {
      type: "user",
      uuid,
      sessionId: uuid,
      timestamp: "2026-01-01T00:00:00.000Z",
      cwd: box.work,
      message: { role: "user", content: secret },
    };
    writeFileSync(
      join(projects, `${uuid}.jsonl`),
      `${JSON.stringify(user)}\n{"type":"user","message":${quoted}\n${secret}\n{"type":${quoted}}\n`,
    );
    await run(["import", projects]);
    // Damage that holds it, in a session's log, the registry's and a document.
    const { layout } = openStore(box.store);
    const [first = ""] = readdirSync(layout.sessionsDir);
    for (const file of [join(layout.sessionsDir, first, "events.jsonl"), join(layout.registryDir, "events.jsonl")])
      appendFileSync(file, `{"seq":1,"data":${quoted}}\n`);
    mkdirSync(join(layout.snapshotsDir, "k"), { recursive: true });
    writeFileSync(join(layout.snapshotsDir, "k", "document.json"), `{"secret":${quoted}}`);
    for (const args of [
      ["verify"],
      ["doctor"],
      ["find", "x"],
      ["tree"],
      ["repair", first, "--dry-run"],
      ["repair", first],
      ["snapshot", "get", "k"],
      ["snapshot", "ls"],
      ["sweep"],
      ["rebuild"],
      ["log", "--strict"],
      ["nope"],
    ])
      await run(args);
    const verified = await run(["verify", "--json"]);
    const needle = secret.slice(0, 24);
    expect(said.join("\n")).not.toContain(needle);
    expect(said.join("").length).toBeGreaterThan(500);
    expectNone(verified.out);
    // A session that is running: the secret is in its environment and in what it has said.
    const running = box.start(
      ["run", "--", process.execPath, "-e", "console.log(process.env.TOKEN); process.stdin.resume()"],
      { env: { TOKEN: secret } },
    );
    await running.until((out) => out.includes(secret.slice(0, 16)));
    const files = filesBelow(box.store);
    const presences = [...files].filter(([name]) => name.endsWith("presence.json"));
    expect(presences.length).toBeGreaterThan(0);
    for (const [name, text] of presences) expectNone(text, name);
    running.process.stdin.end();
    expectNone((await running.over).err);

    for (const name of files.keys()) expectNone(name);
    const failures = [...files].filter(([name]) => name.includes("hook-failures"));
    expect(failures.length).toBeGreaterThan(0);
    for (const [name, text] of failures) expectNone(text, name);
    // The logs have what was recorded; the registry has the preview of the first prompt, which its README tells.
    expect([...files].some(([name, text]) => name.endsWith("events.jsonl") && text.includes(quoted.slice(1, 24)))).toBe(
      true,
    );
  });
});
