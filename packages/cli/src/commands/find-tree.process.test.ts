import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newSessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { BINARY, type Sandbox, sandbox } from "../testing/agentlog.js";
import { firstUnsafe } from "../testing/printable.js";
import { found, withRegistry } from "../testing/work-items.js";

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

/** Tells the registry of sessions, as a hook or an import would. */
async function tell(box: Sandbox, sessions: Readonly<Record<string, object>>): Promise<Record<string, string>> {
  const ids: Record<string, string> = {};
  for (const [name, { at = daysAgo(0), ...about }] of Object.entries(sessions) as [string, { at?: string }][]) {
    const session = newSessionId();
    await withRegistry(box, async (registry) =>
      registry.seen([{ agent: "claude", session, at, created: at, progress: at, title: name, ...about }]),
    );
    ids[name] = session;
  }
  return ids;
}

describe("agentlog find", () => {
  it("has a filter for each thing that is known, and all of several must fit", async () => {
    const box = sandbox();
    const ids = await tell(box, {
      parser: {
        prompt: "write a parser please",
        cwd: join(box.work, "core/deep"),
        git: { branch: "main" },
        at: daysAgo(1),
      },
      lexer: {
        prompt: "write a lexer",
        cwd: join(box.work, "core"),
        git: { branch: "dev" },
        agent: "codex",
        at: daysAgo(10),
      },
      corelike: { cwd: join(box.work, "core-like"), branchAtStart: "main", git: { branch: "other" }, at: daysAgo(30) },
    });
    const { parser, lexer, corelike } = ids as { parser: string; lexer: string; corelike: string };
    await box.run(["alias", "--", parser, "rewrite"]);
    await box.run(["link", lexer, "--task", "T-1", "--project", "core"]);
    await box.run(["close", corelike, "--outcome", "abandoned"]);
    await box.run(["sweep"]);
    const cases: readonly (readonly [readonly string[], readonly string[]])[] = [
      [[], [parser, lexer, corelike]],
      [["--limit", "1"], [parser]],
      [["--limit", "0"], []],
      [["parser"], [parser]],
      [["write"], [parser, lexer]],
      [["WRITE", "lex"], [lexer]],
      [["--text", "write", "lexer"], [lexer]],
      [["rewrite"], [parser]],
      [["T-1"], [lexer]],
      [["nothing", "like", "it"], []],
      [["--task", "T-1"], [lexer]],
      [["--task", "T"], []],
      [["--project", "core"], [lexer]],
      [["--alias", "rewrite"], [parser]],
      [
        ["--branch", "main"],
        [parser, corelike],
      ],
      [
        ["--cwd", "core"],
        [parser, lexer],
      ],
      [
        ["--cwd", join(box.work, "core", "deep", "..")],
        [parser, lexer],
      ],
      [
        ["--cwd", "."],
        [parser, lexer, corelike],
      ],
      [["--agent", "codex"], [lexer]],
      [
        ["--state", "active"],
        [parser, lexer],
      ],
      [["--state", "archived"], [corelike]],
      [["--outcome", "abandoned"], [corelike]],
      [
        ["--outcome", "open"],
        [parser, lexer],
      ],
      [["--since", "7d"], [parser]],
      [
        ["--since", "2w"],
        [parser, lexer],
      ],
      [
        ["--until", "7d"],
        [lexer, corelike],
      ],
      [["--since", "12d", "--until", "48h"], [lexer]],
      [
        ["--since", daysAgo(15).slice(0, 10)],
        [parser, lexer],
      ],
      [["--branch", "main", "--since", "7d", "write"], [parser]],
    ];
    for (const [args, wanted] of cases) expect(await found(box, ...args), args.join(" ")).toEqual(wanted);
    const none = await box.run(["find", "nothing", "like", "it"]);
    expect([none.code, none.out, none.err]).toEqual([1, "no session fits\n", ""]);
    const some = await box.run(["find", "write"]);
    expect(some.out).toMatch(/^session +state +last seen +agent +name +where\n[^\n]*rewrite[^\n]*\n[^\n]*lexer/);
    // `ls` takes the same; none of these has a log.
    const ls = await box.run(["ls", "--task", "T-1"]);
    expect([ls.code, ls.out, ls.err]).toEqual([
      0,
      "no session fits\n",
      expect.stringMatching(/^note: one session has no log/),
    ]);
    expect(await box.data(["ls", "--branch", "dev"])).toMatchObject({ sessions: [], withoutLog: [lexer] });
  });

  it("finds what was imported at once, by what was first said in it", async () => {
    const box = sandbox();
    const folder = join(box.dir, "claude", "projects", "-p");
    mkdirSync(folder, { recursive: true });
    const session = "00000001-0000-4000-8000-000000000000";
    const record = {
      parentUuid: null,
      isSidechain: false,
      cwd: "/home/me/project",
      gitBranch: "feature-x",
      sessionId: session,
      version: "2.1.101",
      type: "user",
      uuid: "00000001-0000-4000-8000-000000000001",
      timestamp: "2026-01-02T00:00:00.000Z",
      message: { role: "user", content: "please mend the carburettor" },
    };
    writeFileSync(join(folder, `${session}.jsonl`), `${JSON.stringify(record)}\n`);
    await box.run(["import"], { env: { CLAUDE_CONFIG_DIR: join(box.dir, "claude") } });
    const [id, ...others] = await found(box, "carburettor");
    expect(others).toEqual([]);
    for (const args of [
      ["--branch", "feature-x"],
      ["--cwd", "/home/me"],
      ["--agent", "claude"],
      ["--until", "2026-02-01"],
    ])
      expect(await found(box, ...args), args.join(" ")).toEqual([id]);
    expect((await box.data(["show", session])).registry.transcripts).toMatchObject([{ status: "present" }]);
  });
});

describe("agentlog tree", () => {
  it("draws who came from whom, with lines, and without colours when piped", async () => {
    const box = sandbox();
    const ids = await tell(box, { root: {}, a: {}, b: {}, leaf: {}, alone: {} });
    for (const [child, parent] of [
      ["a", "root"],
      ["b", "root"],
      ["leaf", "a"],
    ] as const)
      await box.run(["parent", ids[child]!, ids[parent]!]);
    await box.run(["parent", ids["alone"]!, "--clear"]);
    const { out, code, err } = await box.run(["tree", ids["leaf"]!]);
    expect([code, err]).toEqual([0, ""]);
    expect(out.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^[0-9a-f-]{13}  active  (?:now|\d+s ago)  claude  root$/),
      expect.stringMatching(/^├─ [0-9a-f-]{13}  manual  active  (?:now|\d+s ago)  claude  a$/),
      expect.stringMatching(/^│  └─ [0-9a-f-]{13}  manual  active  (?:now|\d+s ago)  claude  leaf$/),
      expect.stringMatching(/^└─ [0-9a-f-]{13}  manual  active  (?:now|\d+s ago)  claude  b$/),
    ]);
    expect(out).not.toContain("\u001b");
    expect((await box.run(["tree"])).out).toContain("alone");
    expect((await box.data(["tree", "--limit", "1"])).rows.filter(({ depth }: any) => depth === 0)).toHaveLength(1);
    expect((await box.run(["tree", "--limit", "0"])).out).toBe("no sessions\n");
    expect((await box.data(["tree", ids["a"]!])).rows.map(({ depth, session }: any) => [depth, session.title])).toEqual(
      [
        [0, "root"],
        [1, "a"],
        [2, "leaf"],
        [1, "b"],
      ],
    );
  });

  it.skipIf(process.platform !== "linux")("fits a terminal's width, in colours", async () => {
    const box = sandbox();
    const title = "漢字👩‍👩‍👧 ".repeat(100);
    const ids = await tell(box, { root: { title }, child: { title } });
    await box.run(["parent", ids["child"]!, ids["root"]!]);
    const script = await box.spawn("sh", ["-c", "command -v script"], { input: "" }).over;
    if (script.code !== 0) return;
    const command = `stty cols 80; ${process.execPath} ${BINARY} tree`;
    const { out } = await box.spawn("script", ["-qec", command, "/dev/null"], { input: "", env: { TERM: "xterm" } })
      .over;
    expect(out).toContain("└─ ");
    expect(out).toContain("\u001b[");
    // oxlint-disable-next-line no-control-regex -- colours are what is taken out
    for (const line of out.replace(/\u001b\[[0-9;]*m/g, "").split(/\r?\n/))
      expect(Array.from(line).length).toBeLessThan(81);
  });

  it("draws a chain that is deeper than a screen is wide", async () => {
    const box = sandbox();
    const names = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`s${n}`, {}]));
    const ids = Object.values(await tell(box, names));
    await withRegistry(box, async (registry) => {
      for (const [at, id] of ids.entries()) if (at > 0) await registry.setParent(id as never, ids[at - 1] as never);
    });
    const { out } = await box.run(["tree", ids[30]!]);
    const lines = out.trimEnd().split("\n");
    expect(lines).toHaveLength(60);
    expect(lines.at(-1)).toContain("[59]");
    for (const line of lines) expect(line.length).toBeLessThan(200);
  });

  it("shows nothing that a terminal would act on, however hostile what is known is", async () => {
    const box = sandbox();
    const evil = [
      "\u001b]0;pwned\u0007",
      "\u202egpj.exe",
      "\u2066x\u2069\u200b",
      "new\nline",
      "x".repeat(10_000),
      "Z\u0301".repeat(10_000),
    ];
    const about = evil.map((text) => [
      text,
      {
        title: text,
        cwd: `/w/${text}`,
        git: { branch: text },
        prompt: text,
        native: text,
        subAgents: [{ id: text, name: text }],
      },
    ]);
    const ids = await tell(box, Object.fromEntries(about));
    const [first = "", second = ""] = Object.values(ids);
    await box.run(["parent", first, second]);
    for (const text of evil) await box.run(["alias", second, "--", text.slice(0, 150)]);
    await box.run(["close", first, "--reason", "\u202egpj \u2066x"]);
    for (const args of [
      ["find"],
      ["tree"],
      ["show", first],
      ["show", second],
      ["find", "--json"],
      ["tree", "--json"],
      ["show", first, "--json"],
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
});
