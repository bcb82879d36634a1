import { describe, expect, it } from "vitest";
import { firstUnsafe } from "./testing/printable.js";
import { type Sandbox, sandbox } from "./testing/agentlog.js";

/** A store with one session by name, of four events. */
async function filled(): Promise<Sandbox> {
  const box = sandbox();
  const lines = [1, 2, 3].map((n) => `{"type":"note.added","data":{"text":"note ${n}"}}\n`).join("");
  const { code } = await box.run(["append", "job", "-", "--create"], { input: lines });
  expect(code).toBe(0);
  return box;
}

/** The same with a document and a binding, for the commands about those. */
async function filledFor([command]: readonly string[]): Promise<Sandbox> {
  const box = await filled();
  if (command === "snapshot") await box.run(["snapshot", "put", "room", "--quiet"], { input: '{"a":1}' });
  if (command === "binding") await box.run(["binding", "set", "room", "claude", "s-1"]);
  return box;
}

/** Every command, with what its text must hold and what its data must. */
const ASKING: readonly (readonly [readonly string[], RegExp, object])[] = [
  [[], /job/, { sessions: [{ title: "job", events: 4 }] }],
  [["where"], /given by AGENTLOG_HOME[^]*1 sessions/, { rule: "environment", exists: true, format: 1, sessions: 1 }],
  [["doctor"], /logs +1 session and the registry, \d events: all whole[^]*registry +1 session, 1 log\n/, { ok: true }],
  [["ls"], /session +standing[^]*job/, { sessions: [{ title: "job", agent: "agentlog" }], unreadable: [] }],
  [["ls", "--agent", "nobody"], /no session fits/, { sessions: [] }],
  [["show", "job"], /title +job[^]*events +4 in/, { title: "job", events: 4, run: 1 }],
  [["log", "job"], /#0 .*session.started[^]*#3 .*note 3/, { events: [{ seq: 0 }, { seq: 1 }, { seq: 2 }, { seq: 3 }] }],
  [["log", "job", "--count"], /^4\n$/, { count: 4 }],
  [["verify"], /1 log, 4 events: all whole/, { logs: [{ ok: true, events: 4 }], ok: true }],
  [["verify", "job"], /whole: 4 events/, { logs: [{ ok: true, events: 4 }], ok: true }],
  [["repair", "job"], /nothing to repair, 4 events/, { dryRun: false, logs: [{ changed: false, events: 4 }] }],
  [["repair", "job", "--dry-run"], /nothing to repair/, { dryRun: true, logs: [{ changed: false }] }],
  [["init"], /made a store/, { made: true }],
  [["import"], /no transcripts found/, { files: 0, dryRun: false }],
  [["append", "job", "--type", "note.added", "--data", '{"text":"x"}'], /appended #4 evt_/, { seq: 4 }],
  [["run", "--", "true"], /^$/, { exitCode: 0, signal: null }],
  [["find", "job"], /session +state[^]*job/, { sessions: [{ title: "job" }] }],
  [["tree"], /^[0-9a-f-]{13}  active .*job\n$/, { rows: [{ depth: 0, session: { title: "job" } }] }],
  [["alias", "job", "j"], /: alias j\n$/, { changed: true, record: { alias: "j" } }],
  [["link", "job", "--task", "T-1"], /: linked to T-1\n$/, { record: { tasks: ["T-1"] } }],
  [["unlink", "job", "--task", "T-1"], /: nothing to change\n$/, { changed: false }],
  [["parent", "job", "--clear"], /: no parent any more\n$/, { record: { parentless: true } }],
  [["close", "job"], /: closed as done\n$/, { record: { outcome: "done" } }],
  [["reopen", "job"], /: nothing to change\n$/, { changed: false }],
  [["merge", "job", "job"], /: nothing to change\n$/, { changed: false }],
  [["sweep"], /^0 sessions are now idle, 0 archived\n/, { dryRun: false, idled: [], archived: [], crashed: [] }],
  [["rebuild"], /^1 sessions? folded from \d+ events?\n$/, { sessions: 1, registered: 0, withoutLog: [] }],
  [["repair", "--registry"], /^registry: nothing to repair/, { registry: { changed: false } }],
  [["uninstall", "claude"], /claude: not installed in /, { agent: "claude", changed: false }],
  [["snapshot", "get", "room"], /^\{"a":1\}\n$/, { document: { a: 1 }, version: 1 }],
  [["snapshot", "ls"], /^v1 .*room\n$/, { snapshots: [{ key: "room", version: 1 }] }],
  [["snapshot", "history", "room"], /^v1 .*room\n$/, { key: "room", versions: [{ version: 1 }] }],
  [["snapshot", "rm", "room"], /^removed room\n$/, { key: "room", removed: true }],
  [["binding", "get", "room", "claude"], /^s-1\n$/, { session: "s-1" }],
  [["binding", "set", "room", "codex", "s-2"], /^s-2\n$/, { session: "s-2" }],
  [["binding", "ls"], /room +claude +s-1\n$/, { bindings: [{ room: "room", agent: "claude" }] }],
  [["binding", "rm", "room", "claude"], /^removed\n$/, { removed: true }],
  [["binding", "gc", "--older-than", "7d"], /^nothing that old\n$/, { dryRun: false, removed: [] }],
];

/** Commands of which another test tells: they stream, read stdin, need what is not here, or print nothing at all. */
const ELSEWHERE = ["tail", "hook", "install", "split", "unbind", "help", "snapshot put"];

/** The names in the list of commands of a help; with their group's in front. */
async function commandsOf(box: Sandbox, ...group: readonly string[]): Promise<readonly string[]> {
  const { out } = await box.run([...group, "--help"]);
  const lists = out.split(/^(?=\S.*:$)/m).filter((part) => !/^(Options|Global Options|Examples|Usage)/.test(part));
  return lists.flatMap((list) => [...list.matchAll(/^  ([a-z]+)\b/gm)].map(([, name]) => [...group, name].join(" ")));
}

describe("every command", () => {
  it("has an answer that is looked at here", async () => {
    const box = sandbox();
    const names = await commandsOf(box);
    expect(names.length).toBeGreaterThan(25);
    const groups = ["snapshot", "binding"];
    const all = [
      ...names.filter((name) => !groups.includes(name)),
      ...(await Promise.all(groups.map(async (group) => commandsOf(box, group)))).flat(),
    ].filter((name) => !name.endsWith("help"));
    const asked = ASKING.map(([args]) => (groups.includes(args[0] ?? "") ? args.slice(0, 2).join(" ") : args[0]));
    expect(all.filter((name) => !asked.includes(name) && !ELSEWHERE.includes(name))).toEqual([]);
  });

  it.each(ASKING)("%j answers in words on stdout, with nothing on stderr", async (args, words) => {
    const box = await filledFor(args);
    const { code, out, err, stdout } = await box.run(args);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(words);
    expect(firstUnsafe(stdout)).toBeUndefined();
    if (out !== "") expect(out.endsWith("\n")).toBe(true);
  });

  it.each(ASKING)("%j answers with one envelope of version 1 under --json", async (args, _words, data) => {
    const box = await filledFor(args);
    const { code, out, err } = await box.run(["--json", ...args]);
    expect([code, err]).toEqual([0, ""]);
    const envelope: unknown = JSON.parse(out);
    const isGrouped = args[0] === "snapshot" || args[0] === "binding";
    const command = args.slice(0, isGrouped ? 2 : 1).join(" ") || "overview";
    expect(envelope).toMatchObject({ agentlog: 1, command, ok: true, data });
    expect(out.endsWith("}\n")).toBe(true);
  });

  it("takes the flags of all commands before its name and behind it", async () => {
    const box = await filled();
    const plain = { AGENTLOG_HOME: undefined };
    for (const args of [
      ["--store", box.store, "--json", "--quiet", "--no-color", "show", "job"],
      ["show", "--store", box.store, "--json", "--quiet", "--no-color", "job"],
      ["--json", "show", "job", `--store=${box.store}`],
      ["--store", "/nowhere", "show", "job", "--json", "--store", box.store],
    ]) {
      const { code, out } = await box.run(args, { env: plain });
      expect([code, JSON.parse(out)], args.join(" ")).toMatchObject([0, { data: { title: "job" } }]);
    }
  });

  it("tells a failure in the envelope too, and people on stderr", async () => {
    const box = await filled();
    const { code, out, err } = await box.run(["show", "zz", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ agentlog: 1, command: "show", ok: false, error: { code: "NOT_FOUND" } });
    expect(err).toMatch(/^agentlog: no session begins with "zz"\n$/);
  });
});

describe("an empty store", () => {
  it("is told what to do next, and is not made by asking", async () => {
    const box = sandbox();
    const { code, out, err } = await box.run([]);
    expect([code, err]).toEqual([0, ""]);
    expect(out).toMatch(/No sessions yet[^]*agentlog import[^]*agentlog run -- CMD/);
    for (const args of [
      ["where"],
      ["ls"],
      ["show", "x"],
      ["log", "x"],
      ["tail", "--latest"],
      ["verify"],
      ["repair", "x"],
    ])
      await box.run(args);
    expect(await box.run(["where"])).toMatchObject({ out: expect.stringContaining("does not exist yet") });
    expect((await box.run(["ls"])).code).toBe(1);
  });
});

describe("help", () => {
  it("of the program lists commands under headings, and has an example", async () => {
    const { code, out, err } = await sandbox().run(["--help"]);
    expect([code, err]).toEqual([0, ""]);
    for (const heading of ["Find sessions:", "Record them:", "Follow agents:", "Look after the store:"])
      expect(out).toContain(`\n${heading}\n`);
    expect(out).toMatch(/\$ agentlog /);
    for (const line of out.split("\n")) expect(line.length, line).toBeLessThan(81);
  });

  it("of every command has an example, whichever way it is asked for", async () => {
    const box = sandbox();
    for (const name of await commandsOf(box)) {
      if (name === "help") continue;
      const [help, option] = await Promise.all([box.run(["help", name]), box.run([name, "--help"])]);
      expect([help.code, option.code, help.out], name).toEqual([0, 0, option.out]);
      expect(help.out).toContain("--store");
      for (const line of help.out.split("\n")) expect(line.length, line).toBeLessThan(81);
      if (name === "snapshot" || name === "binding") continue;
      expect(help.out).toMatch(new RegExp(`\\$ (.*\\| )?agentlog ${name}`));
    }
    for (const group of ["snapshot", "binding"]) {
      for (const name of await commandsOf(box, group)) {
        if (name.endsWith("help")) continue;
        const { code, out } = await box.run([...name.split(" "), "--help"]);
        expect([code, out], name).toEqual([0, expect.stringContaining(`$ agentlog ${name}`)]);
      }
    }
  });

  it("says which commands a group has when none was named", async () => {
    const { code, err } = await sandbox().run(["snapshot"]);
    expect([code, err]).toEqual([2, "agentlog: there is no such command; agentlog snapshot --help lists them\n"]);
  });
});

describe("a command line that is wrong", () => {
  it.each([
    [["lss"], /ls/],
    [["verfy"], /verify/],
    [["lgo"], /log/],
    [["ls", "--limt", "3"], /--limit/],
  ])("%j is told with the nearest that there is", async (args, nearest) => {
    const { code, out, err } = await sandbox().run(args);
    expect([code, out]).toEqual([2, ""]);
    expect(err).toMatch(/unknown|did you mean/i);
    expect(err).toMatch(nearest);
  });

  it.each([
    [["lss"]],
    [["--bogus"]],
    [["ls", "--bogus"]],
    [["ls", "extra"]],
    [["show"]],
    [["show", "-rf"]],
    [["run"]],
    [["run", "--"]],
    [["run", "--tag", "novalue", "--", "true"]],
    [["--store"]],
    [["help", "nothing"]],
    [["append", "x"]],
    [["append", "x", "file.json"]],
    [["append", "x", "-", "--type", "a"]],
    [["append", "x", "--type", "a", "--data", "{"]],
    [["append", "x", "--type", "a", "--data", "[1]"]],
    [["append", "x", "--type", "a", "--data", "null"]],
    [["tail"]],
    [["tail", "x", "--latest"]],
    [["tail", "--latest", "--active"]],
    [["tail", "x", "-n", "many"]],
    [["ls", "--limit", "-1"]],
    [["ls", "--limit", "1e3"]],
    [["ls", "--limit", ""]],
    [["log", "x", "--from", "0x10"]],
    [["log", "x", "--to", "99999999999999999999"]],
    [["log", "x", "--type", ""]],
    [["verify", "--anchor", "1:00000000000000000000000000000000"]],
    [["verify", "x", "--anchor", "what"]],
    [["import", "--agent", "nobody"]],
  ])("%j is one line on stderr, exit code 2, and makes no store", async (args) => {
    const box = sandbox();
    const { code, out, err } = await box.run(args);
    expect({ code, out, lines: err.match(/\n/g)?.length }, err).toEqual({ code: 2, out: "", lines: 1 });
    expect((await box.data(["where"])).exists).toBe(false);
  });

  it("is an envelope with --json too", async () => {
    const box = sandbox();
    for (const args of [["lss"], ["ls", "--bogus"], ["run"], ["log", "x", "--from", "y"], ["tail"]]) {
      const { code, out } = await box.run(["--json", ...args]);
      expect([code, JSON.parse(out)], args.join(" ")).toMatchObject([
        2,
        { agentlog: 1, ok: false, error: { code: "USAGE" } },
      ]);
    }
  });
});

describe("colours", () => {
  it.skipIf(process.platform !== "linux")("are only for a terminal, and not with --no-color or NO_COLOR", async () => {
    const box = await filled();
    const coloured = async (args: readonly string[], env = {}): Promise<boolean> => {
      const command = [process.execPath, (await import("./testing/agentlog.js")).BINARY, ...args].join(" ");
      const { out } = await box.spawn("script", ["-qec", command, "/dev/null"], {
        input: "",
        env: { TERM: "xterm", ...env },
      }).over;
      expect(out).toContain("job");
      return out.includes("\u001b[");
    };
    const { code } = await box.spawn("sh", ["-c", "command -v script"], { input: "" }).over;
    if (code !== 0) return;
    expect(await coloured(["ls"])).toBe(true);
    expect(await coloured(["--no-color", "ls"])).toBe(false);
    expect(await coloured(["ls", "--no-color"])).toBe(false);
    expect(await coloured(["ls"], { NO_COLOR: "1" })).toBe(false);
    expect(await coloured(["ls"], { TERM: "dumb" })).toBe(false);
  });
});

describe("--quiet", () => {
  it("takes the remarks away and leaves the errors", async () => {
    const box = sandbox();
    const loud = await box.run(["run", "--", "no-such-program-here"]);
    const quiet = await box.run(["--quiet", "run", "--", "no-such-program-here"]);
    expect([loud.code, quiet.code, quiet.err]).toEqual([127, 127, ""]);
    expect(loud.err).toContain("no-such-program-here");
    expect((await box.run(["--quiet", "show", "zz"])).err).toContain("no session begins with");
  });
});
