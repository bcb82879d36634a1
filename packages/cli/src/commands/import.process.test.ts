import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { asOrdinaryUser, type Sandbox, sandbox } from "../testing/agentlog.js";
import { treeOf } from "../testing/tree.js";
import { eventually } from "../testing/wait.js";

const uuid = (session: number, n: number): string =>
  `${String(session).padStart(8, "0")}-0000-4000-8000-${String(n).padStart(12, "0")}`;

/** One record as Claude Code writes it. */
function record(session: number, n: number, text: string): string {
  const type = n % 2 === 0 ? "user" : "assistant";
  const message =
    type === "user"
      ? { role: type, content: text }
      : { id: `msg_${n}`, type: "message", role: type, model: "m", content: [{ type: "text", text }] };
  return `${JSON.stringify({
    parentUuid: n === 0 ? null : uuid(session, n - 1),
    isSidechain: false,
    cwd: "/home/me/project",
    sessionId: uuid(session, 0),
    version: "2.1.101",
    type,
    uuid: uuid(session, n),
    timestamp: new Date(Date.UTC(2026, 0, 2) + 60_000 * n).toISOString(),
    message,
  })}\n`;
}

function transcript(folder: string, session: number, records: number, more = ""): string {
  const file = join(folder, `${uuid(session, 0)}.jsonl`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(
    file,
    Array.from({ length: records }, (_, n) => record(session, n, `text ${session}.${n}`)).join("") + more,
  );
  return file;
}

/** Three transcripts where Claude Code would have them. */
function claude(box: Sandbox): { folder: string; env: Record<string, string> } {
  const config = join(box.dir, "claude");
  const folder = join(config, "projects", "-home-me-project");
  for (const [session, records] of [
    [1, 4],
    [2, 6],
    [3, 2],
  ] as const)
    transcript(folder, session, records);
  return { folder, env: { CLAUDE_CONFIG_DIR: config } };
}

describe("agentlog import", () => {
  it("finds transcripts by CLAUDE_CONFIG_DIR, imports them, and adds nothing the second time", async () => {
    const box = sandbox();
    const { env, folder } = claude(box);
    const before = treeOf(folder);
    const first = await box.data(["import"], { env });
    expect(first).toMatchObject({
      dryRun: false,
      files: 3,
      sessions: 3,
      newSessions: 3,
      badLineCount: 0,
      failedFiles: 0,
    });
    expect(first.added).toBeGreaterThanOrEqual(12);
    const stored = treeOf(box.store);
    expect(await box.data(["import"], { env })).toMatchObject({
      added: 0,
      newSessions: 0,
      sessions: 3,
      alreadyThere: first.events,
    });
    expect(treeOf(box.store)).toEqual(stored);
    expect(treeOf(folder)).toEqual(before);
    const { sessions } = await box.data(["ls", "--agent", "claude"]);
    expect(sessions).toHaveLength(3);
    expect(sessions[0]).toMatchObject({ source: "import", cwd: "/home/me/project" });
    const said = await box.events(sessions[0].id);
    expect(JSON.stringify(said)).toContain("text 2.5");
    expect((await box.data(["verify"])).ok).toBe(true);
  });

  it("finds them in ~/.claude without it, and takes paths of files and folders instead", async () => {
    const box = sandbox();
    transcript(join(box.home, ".claude/projects/p"), 7, 2);
    expect(await box.data(["import"])).toMatchObject({ files: 1, newSessions: 1 });
    const elsewhere = transcript(join(box.work, "some where"), 8, 2);
    expect(await box.data(["import", elsewhere])).toMatchObject({ files: 1, newSessions: 1 });
    expect(await box.data(["import", "some where"])).toMatchObject({ files: 1, added: 0 });
  });

  it("makes nothing with --dry-run and counts what it would add", async () => {
    const box = sandbox();
    const { env } = claude(box);
    const dry = await box.data(["import", "--dry-run"], { env });
    expect(dry).toMatchObject({ dryRun: true, files: 3, newSessions: 3 });
    expect(existsSync(box.store)).toBe(false);
    const { out } = await box.run(["import", "--dry-run"], { env });
    expect(out).toMatch(/3 files, 3 sessions \(3 new\)\n\d+ events would be added/);
    const real = await box.data(["import"], { env });
    expect(real.added).toBe(dry.added);
    const before = treeOf(box.store);
    expect(await box.data(["import", "--dry-run"], { env })).toMatchObject({ added: 0 });
    expect(treeOf(box.store)).toEqual(before);
  });

  it("adds only what a transcript has grown by", async () => {
    const box = sandbox();
    const { env, folder } = claude(box);
    await box.data(["import"], { env });
    transcript(folder, 1, 5);
    expect(await box.data(["import"], { env })).toMatchObject({ newSessions: 0, added: 1 });
  });

  it("lists bad lines by file and number, and imports the rest", async () => {
    const box = sandbox();
    const { env, folder } = claude(box);
    const file = transcript(folder, 4, 2, `not json \u001b]0;x\u0007\n${record(4, 2, "after")}{"cut":`);
    const { code, out } = await box.run(["import"], { env });
    expect(code).toBe(0);
    expect(out).toMatch(/[12] bad lines? passed over/);
    expect(out).toContain(`${file}:3: `);
    expect(out).not.toContain("\u001b");
    const { sessions } = await box.data(["ls"]);
    const texts = await Promise.all(sessions.map(async ({ id }: any) => JSON.stringify(await box.events(id))));
    expect(texts.join("")).toContain("after");
  });

  it("ends with 1 and one line for a path that is not there", async () => {
    const box = sandbox();
    const { env, folder } = claude(box);
    const { code, out, err } = await box.run(["import", folder, join(box.dir, "not-there.jsonl")], { env });
    expect([code, (out + err).includes("not-there.jsonl"), err.match(/\n/g)?.length]).toEqual([1, true, 1]);
  });

  it("ends with 1 for a file that may not be read, and imports the others", async () => {
    const box = sandbox();
    const { env, folder } = claude(box);
    chmodSync(join(folder, `${uuid(1, 0)}.jsonl`), 0);
    const { code, out } = await asOrdinaryUser(box, ["import"], env);
    expect([code, out]).toEqual([1, expect.stringMatching(/could not be imported|left alone/)]);
    expect(out).toContain(uuid(1, 0));
    const ls = await asOrdinaryUser(box, ["ls", "--json"]);
    expect(JSON.parse(ls.out).data.sessions).toHaveLength(2);
  });

  it("follows no link and hangs on no pipe", async () => {
    const box = sandbox();
    const { env, folder } = claude(box);
    const secret = join(box.dir, "secret.jsonl");
    writeFileSync(secret, record(9, 0, "secret"));
    symlinkSync(secret, join(folder, `${uuid(9, 0)}.jsonl`));
    symlinkSync(folder, join(folder, "round"));
    await box.spawn("mkfifo", [join(folder, `${uuid(8, 0)}.jsonl`)], { input: "" }).over;
    const report = await box.data(["import"], { env });
    expect(report).toMatchObject({ files: 3, newSessions: 3 });
    expect(
      JSON.stringify(await Promise.all(readdirSync(join(box.store, "sessions")).map((id) => box.events(id)))),
    ).not.toContain("secret");
  });

  it("keeps what it has when it is interrupted, and goes on the next time", async () => {
    const box = sandbox();
    const { env, folder } = claude(box);
    for (let session = 10; session < 60; session++) transcript(folder, session, 200);
    const running = box.start(["import"], { env });
    await eventually(
      () => existsSync(join(box.store, "sessions")) && readdirSync(join(box.store, "sessions")).length > 2,
    );
    running.process.kill("SIGINT");
    const { code, err } = await running.over;
    if (code !== 0)
      expect([code, err.match(/\n/g)?.length, err]).toEqual([
        expect.any(Number),
        1,
        expect.stringContaining("interrupted"),
      ]);
    expect((await box.data(["verify"])).ok).toBe(true);
    expect(await box.data(["import"], { env })).toMatchObject({ failedFiles: 0, sessions: 53 });
    expect(await box.data(["import"], { env })).toMatchObject({ added: 0 });
  });
});

// Real transcripts, kept outside the project. Without them this is skipped, which the run's summary shows.
const SHARED =
  process.env["AGENTLOG_TRANSCRIPTS"] ?? fileURLToPath(new URL("../../../../../shared/transcripts", import.meta.url));

describe.skipIf(!existsSync(join(SHARED, "claude-code")))("the shared transcripts", () => {
  it("import with no error, and the second time nothing is added", async () => {
    const box = sandbox();
    const listed = JSON.parse(readFileSync(join(SHARED, "sources.json"), "utf8")) as { agent: string; file: string }[];
    const files = listed
      .filter(({ agent, file }) => agent.startsWith("claude") && file.endsWith(".jsonl"))
      .map(({ file }) => join(SHARED, file));
    const first = await box.data(["import", ...files]);
    expect(first.failedFiles).toBe(0);
    expect(first.newSessions).toBeGreaterThan(50);
    expect(await box.data(["import", ...files])).toMatchObject({ failedFiles: 0, added: 0, newSessions: 0 });
    expect((await box.data(["verify"])).ok).toBe(true);
    for (const args of [["ls", "--limit", "1000"], [], ["verify"]]) expect((await box.run(args)).code).toBe(0);
  });
});
