import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sandbox } from "./testing/agentlog.js";
import { firstUnsafe } from "./testing/printable.js";

const EVIL: readonly string[] = [
  "\u001b]0;pwned\u0007",
  "\u001b[2J\u001b[H",
  "\u001b]52;c;aGk=\u0007",
  "\u001b]8;;http://evil\u0007link\u001b]8;;\u0007",
  "\u009b31m",
  "\u0090payload\u009c",
  "fine\rgone",
  "back\b\b\b\bspace",
  "\u0007".repeat(1_000),
  "\u202egpj.exe",
  "\u2066isolated\u2069\u200bzero\u200dwidth\ufeff",
  "line\u2028separator\u2029s\u0085next",
  "new\nline\n\nlines",
  `Z${"\u0301".repeat(10_000)}`,
  "漢字👩‍👩‍👧🇨🇭".repeat(500),
  "x".repeat(1_000_000),
  "\u0000\u007f\t\v\f",
  "\ud800 alone \udc00",
];

describe("text from sessions", () => {
  it("moves no terminal, in any list of any command, and is the same in JSON", async () => {
    const box = sandbox();
    const config = join(box.dir, "claude", "projects", "p");
    mkdirSync(config, { recursive: true });
    const ids: string[] = [];
    for (const [n, text] of EVIL.entries()) {
      const id = `sess_0190a000-0000-7000-8000-${String(n).padStart(12, "0")}`;
      const started = {
        type: "session.started",
        data: { agent: text, title: text, cwd: text, tags: { [text.slice(0, 500)]: text } },
      };
      const events = [
        started,
        { type: "message.user", data: { text } },
        { type: `x.${text.slice(0, 100)}`, data: { [text.slice(0, 100)]: text } },
        { type: "tool.called", data: { kind: "shell", name: text, input: { command: text } } },
        { type: "step.started", data: { step: "run", command: [text, text] } },
      ];
      const input = events.map((event) => `${JSON.stringify(event)}\n`).join("");
      const ran = await box.run(["append", id, "-", "--create", "--json"], { input });
      expect([firstUnsafe(ran.stdout), firstUnsafe(ran.stderr)]).toEqual([undefined, undefined]);
      ids.push(id);
    }
    for (const [n, id] of ids.entries()) {
      for (const args of [
        ["show", id],
        ["log", id],
        ["tail", id],
      ]) {
        const ran = await box.run(args);
        const label = `${args[0]} of ${JSON.stringify(EVIL[n]?.slice(0, 20))}`;
        expect([ran.code, firstUnsafe(ran.stdout), firstUnsafe(ran.stderr)], label).toEqual([0, undefined, undefined]);
        if (args[0] !== "log" && args[0] !== "tail") continue;
        const lines = ran.out.split("\n").slice(0, -1);
        expect(lines.length, label).toBeLessThanOrEqual(6);
        for (const line of lines) expect(line.length, label).toBeLessThan(1_000);
      }
      const { stdout, out } = await box.run(["log", id, "--json"]);
      expect(firstUnsafe(stdout)).toBeUndefined();
      const said = JSON.parse(out).data.events.find(({ type }: any) => type === "message.user");
      if (said !== undefined && typeof said.data.text === "string") expect(said.data.text === EVIL[n]).toBe(true);
    }
    for (const args of [
      ["ls", "--limit", "100"],
      [],
      ["ls", "--json", "--limit", "100"],
      ["verify"],
      ["verify", "--json"],
    ]) {
      const ran = await box.run(args);
      expect([ran.code, firstUnsafe(ran.stdout), firstUnsafe(ran.stderr)], args.join(" ")).toEqual([
        0,
        undefined,
        undefined,
      ]);
      if (!args.includes("--json")) for (const line of ran.out.split("\n")) expect(line.length).toBeLessThan(1_000);
    }
  });

  it("is escaped too where `show` prints all of it, and does not fill the screen", async () => {
    const box = sandbox();
    await box.run(["append", "x".repeat(100_000), "--create", "--type", "x"]);
    const { out } = await box.run(["show", "--", "x".repeat(100_000)]);
    expect(out.length).toBeLessThan(10_000);
  });

  it("stays escaped when it comes in a path, an argument or an error", async () => {
    const box = sandbox();
    const evil = "a\u001b]0;x\u0007\u202e\u009b\nb";
    const folder = join(box.work, evil);
    mkdirSync(folder);
    writeFileSync(join(folder, `${evil.replace("\n", "")}.jsonl`), "not json\u001b[31m\n");
    const ways: readonly (readonly string[])[] = [
      ["init"],
      ["where"],
      ["import", "."],
      ["import", evil],
      ["import", "--agent", evil],
      ["show", evil],
      [evil],
      [`--${evil}`],
      ["help", evil],
      ["ls", evil],
      ["ls", "--limit", evil],
      ["append", "s", evil],
      ["append", evil, "--create", "--type", evil, "--data", evil],
      ["append", evil, "--create", "--type", evil],
      ["run", "--name", evil, "--agent", evil, "--tag", evil, "--", "true"],
      ["run", "--", evil],
      ["verify", "s", "--anchor", evil],
      ["tail", "-n", evil, "--latest"],
      ["--store", join(folder, evil), "ls"],
      ["--store", join(folder, evil), "init"],
      ["ls"],
    ];
    for (const args of ways) {
      for (const json of [[], ["--json"]]) {
        const ran = await box.run([...json, ...args], { cwd: folder, env: { AGENTLOG_HOME: undefined } });
        const label = JSON.stringify([...json, ...args]);
        expect([firstUnsafe(ran.stdout), firstUnsafe(ran.stderr)], label).toEqual([undefined, undefined]);
        expect(ran.err, label).not.toContain("this is a bug");
        if (json.length > 0 && args[0] !== "help") expect(JSON.parse(ran.out), label).toMatchObject({ agentlog: 1 });
      }
    }
  });
});
