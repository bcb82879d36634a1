import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openStore } from "@agentlog/durable-fs";
import { fileSnapshotStore, openBindings } from "@agentlog/snapshot-store";
import { type NativeSessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { BINARY, type Ran, type Sandbox, sandbox } from "./testing/agentlog.js";
import { withRegistry } from "./testing/work-items.js";

const SESSIONS = 300;

/** A store whose lists are longer than any pipe takes at once. */
async function longListed(): Promise<Sandbox> {
  const box = sandbox();
  const { layout } = openStore(box.store);
  const events = Array.from({ length: 2_000 }, (_, n) => `{"type":"note.added","data":{"text":"note ${n}"}}\n`).join(
    "",
  );
  expect((await box.run(["append", "s", "-", "--create"], { input: events })).code).toBe(0);
  const at = new Date().toISOString();
  await withRegistry(box, (registry) =>
    registry.seen(
      Array.from({ length: SESSIONS }, (_, n) => ({
        at,
        agent: "claude",
        native: `native-${n}` as NativeSessionId,
        title: `title ${n} ${"x".repeat(200)}`,
      })),
    ),
  );
  const documents = fileSnapshotStore<object>({ directory: layout.snapshotsDir, durable: false });
  const bindings = openBindings({ file: layout.bindings, quarantineDirectory: layout.quarantineDir });
  for (let n = 0; n < 5; n++) {
    await documents.save(`document ${n} ${"x".repeat(100)}`, { text: "x".repeat(100_000) });
    await bindings.bind(`room ${n}`, "claude");
  }
  return box;
}

/** Runs a command whose reader is gone before it writes its first byte. */
async function withoutReader(box: Sandbox, args: readonly string[]): Promise<Ran> {
  const running = box.start(args, { input: "" });
  running.process.stdout.destroy();
  return running.over;
}

describe("a reader that goes away", () => {
  it("[H-83] ends every command that prints a list quietly, and leaves nothing locked", async () => {
    const box = await longListed();
    const commands: readonly (readonly string[])[] = [
      [],
      ["ls", "--limit", "1000"],
      ["find", "--limit", "1000"],
      ["find", "--limit", "1000", "--json"],
      ["tree", "--limit", "1000"],
      ["show", "s"],
      ["log", "s"],
      ["log", "s", "--json"],
      ["tail", "s", "-n", "2000", "--json"],
      ["tail", "s", "-f", "-n", "2000"],
      ["verify"],
      ["doctor"],
      ["snapshot", "ls"],
      ["snapshot", "get", `document 0 ${"x".repeat(100)}`],
      ["binding", "ls"],
      ["import", "--dry-run"],
    ];
    for (let from = 0; from < commands.length; from += 4) {
      const some = commands.slice(from, from + 4);
      const ran = await Promise.all(some.map((args) => withoutReader(box, args)));
      for (const [n, { code, signal, err }] of ran.entries())
        expect({ args: some[n], code, signal, err }).toEqual({ args: some[n], code: 0, signal: null, err: "" });
    }
    const script = ["find --limit 1000", "tree --limit 1000", "tail s -f -n 2000"]
      .map((args) => `( "$0" "$1" ${args}; echo "code $?" >&2 ) | head -1 | grep -c .`)
      .join("\n");
    const piped = await box.spawn("sh", ["-c", script, process.execPath, BINARY], { input: "" }).over;
    expect([piped.out, piped.err]).toEqual(["1\n".repeat(3), "code 0\n".repeat(3)]);
    expect((await box.run(["append", "s", "--type", "x"])).code).toBe(0);
    expect((await box.data(["verify"])).ok).toBe(true);
  });
});

describe.skipIf(process.platform === "win32")("programs that it could start and does not", () => {
  const TRAPS = [
    "less",
    "more",
    "most",
    "pager",
    "lesspipe",
    "vi",
    "vim",
    "nano",
    "emacs",
    "ed",
    "editor",
    "sh",
    "bash",
    "env",
    "xdg-open",
    "open",
    "cat",
    "tput",
    "stty",
    "clear",
    "reset",
  ];
  const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;

  it("[H-81] it has neither pager nor editor: nothing that PATH or the environment names is run, on a terminal or not", async () => {
    const box = sandbox();
    await box.data(["append", "s1", "--create", "--type", "note.added"]);
    const traps = join(box.dir, "traps");
    const sprung = join(box.dir, "sprung");
    mkdirSync(traps);
    for (const name of TRAPS) {
      writeFileSync(join(traps, name), `#!/bin/sh\necho "$0 $*" >> ${sprung}\n`);
      chmodSync(join(traps, name), 0o755);
    }
    const evil = `${join(traps, "vi")}; touch ${sprung} #`;
    const env = {
      PATH: traps,
      LESSOPEN: `|touch ${sprung} %s`,
      LESSCLOSE: `touch ${sprung}`,
      LESS: "-R",
      LESSEDIT: evil,
      PAGER: evil,
      GIT_PAGER: evil,
      MANPAGER: evil,
      EDITOR: evil,
      VISUAL: evil,
      BROWSER: evil,
      SHELL: join(traps, "sh"),
      BASH_ENV: join(traps, "bash"),
      ENV: join(traps, "sh"),
    };
    const commands = ["", "find x", "tree", "show s1", "log s1", "tail s1", "verify", "doctor", "--help"];
    for (const args of [
      ["log", "s1"],
      ["show", "s1"],
      ["close", "s1"],
    ]) {
      const { code, err } = await box.run(args, { env });
      expect([0, 1], err).toContain(code);
    }
    if (hasScript) {
      // The terminal's shell is the real one; from there on PATH is ours.
      const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
      const set = Object.entries(env)
        .map(([name, value]) => `${name}=${quoted(value)}; export ${name};`)
        .join(" ");
      const line = commands.map((args) => `${quoted(process.execPath)} ${quoted(BINARY)} ${args}`).join("; ");
      const { out } = await box.spawn("script", ["-qec", `${set} ${line}`, "/dev/null"], {
        input: "",
        env: { TERM: "xterm", SHELL: "/bin/sh" },
      }).over;
      expect(out).toContain("note.added");
    }
    expect(existsSync(sprung) ? readFileSync(sprung, "utf8") : "").toBe("");
  });
});
