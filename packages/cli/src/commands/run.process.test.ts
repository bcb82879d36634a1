import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BINARY, type Sandbox, sandbox } from "../testing/agentlog.js";
import { eventually } from "../testing/wait.js";

/** The session that was recorded last, with its events. */
async function recorded(box: Sandbox): Promise<{ summary: any; events: any[]; lines: (stream: string) => any[] }> {
  const [summary] = (await box.data(["ls", "--limit", "1"])).sessions;
  const events = await box.events(summary.id);
  const lines = (stream: string): any[] =>
    events.filter(({ type, data }) => type === "step.output" && data.stream === stream).map(({ data }) => data);
  return { summary, events, lines };
}

const node = (script: string): readonly string[] => ["run", "--", process.execPath, "-e", script];

describe("agentlog run", () => {
  it("records a command's beginning, lines and end", async () => {
    const box = sandbox();
    const ran = await box.run([
      "run",
      "--name",
      "a job",
      "--agent",
      "me",
      "--tag",
      "a=1",
      "--tag",
      "b=x=y",
      "--",
      "sh",
      "-c",
      "echo out; echo err >&2",
    ]);
    expect(ran).toMatchObject({ code: 0, out: "out\n", err: "err\n" });
    const { summary, events, lines } = await recorded(box);
    expect(summary).toMatchObject({
      title: "a job",
      agent: "me",
      presence: "ended",
      outcome: "success",
      run: 1,
      cwd: box.work,
    });
    expect(events[0]).toMatchObject({
      type: "session.started",
      data: { tags: { a: "1", b: "x=y" }, command: ["sh", "-c", "echo out; echo err >&2"] },
    });
    expect(events[1]).toMatchObject({
      type: "step.started",
      data: { command: ["sh", "-c", "echo out; echo err >&2"] },
    });
    expect([lines("stdout"), lines("stderr")]).toMatchObject([[{ text: "out" }], [{ text: "err" }]]);
    expect(events.slice(-2)).toMatchObject([
      { type: "step.completed", data: { exitCode: 0 } },
      { type: "session.ended", data: { outcome: "success" } },
    ]);
  });

  it("passes bytes that are no text through as they are, without a newline at the end", async () => {
    const box = sandbox();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, n) => n));
    const { stdout, stderr } = await box.run(
      node(
        `const b = Buffer.from(Array.from({length:256},(_,n)=>n)); process.stdout.write(b); process.stderr.write(b.reverse())`,
      ),
    );
    expect(stdout.equals(bytes)).toBe(true);
    expect(stderr.equals(Buffer.from(bytes).reverse())).toBe(true);
  });

  it("passes 5 MB through and records every line of it", async () => {
    const box = sandbox();
    const line = `${"x".repeat(99)}\n`;
    const { code, stdout, err } = await box.run(node(`process.stdout.write(("x".repeat(99)+"\\n").repeat(50_000))`));
    expect([code, stdout.length, err]).toEqual([0, 5_000_000, ""]);
    const hash = createHash("sha256").update(line.repeat(50_000)).digest("hex");
    expect(createHash("sha256").update(stdout).digest("hex")).toBe(hash);
    const [{ id }] = (await box.data(["ls"])).sessions;
    expect(await box.data(["log", id, "--type", "step.output", "--count"])).toMatchObject({ count: 50_000 });
  });

  it("records carriage returns, empty and last lines, wrong UTF-8 and long lines as they are defined", async () => {
    const box = sandbox();
    const text = "a\\r\\n\\nb\\rc\\n\\xff\\n";
    const { stdout } = await box.run(
      node(`process.stdout.write(Buffer.from("${text}","latin1")); process.stdout.write("y".repeat(70_000)+"\\nlast")`),
    );
    expect(stdout.toString("latin1")).toBe(`a\r\n\nb\rc\n\xff\n${"y".repeat(70_000)}\nlast`);
    const { lines } = await recorded(box);
    const found = lines("stdout");
    expect(found.filter(({ text: { length } }) => length < 100).map((line) => line.text)).toEqual([
      "a",
      "",
      "b\rc",
      "\ufffd",
      "last",
    ]);
    const long = found.filter(({ text: { length } }) => length >= 100);
    expect(long.map((line) => [line.text.length, line.partial])).toEqual([
      [65_536, true],
      [4_464, undefined],
    ]);
  });

  it("hands the command its standard input, and its own arguments untouched", async () => {
    const box = sandbox();
    expect(await box.run(["run", "--", "cat"], { input: "from outside\0\n" })).toMatchObject({
      out: "from outside\0\n",
    });
    expect(await box.run(["run", "echo", "--json", "--store", "x", "--", "-h"])).toMatchObject({
      code: 0,
      out: "--json --store x -- -h\n",
    });
  });

  it.each([
    ["exit 0", 0, "success"],
    ["exit 3", 3, "failure"],
    ["exit 255", 255, "failure"],
    ["kill -TERM $$", 143, "aborted"],
    ["kill -KILL $$", 137, "aborted"],
    ["kill -SEGV $$", 139, "aborted"],
  ])("ends as the command does: %s", async (script, code, outcome) => {
    const box = sandbox();
    expect((await box.run(["run", "--", "sh", "-c", script])).code).toBe(code);
    expect((await recorded(box)).summary).toMatchObject({ presence: "ended", outcome });
  });

  it("ends with 127 for a command that is not there and 126 for one that cannot be started", async () => {
    const box = sandbox();
    writeFileSync(join(box.work, "no-program"), "x");
    chmodSync(join(box.work, "no-program"), 0o644);
    mkdirSync(join(box.work, "folder"));
    for (const [name, code] of [
      ["not-there-at-all", 127],
      ["./no-program", 126],
      ["./folder", 126],
    ] as const) {
      const ran = await box.run(["run", "--", name]);
      expect([ran.code, ran.out, ran.err.match(/\n/g)?.length], name).toEqual([code, "", 1]);
      expect(ran.err).toContain(name);
      expect((await recorded(box)).summary).toMatchObject({ presence: "ended", outcome: "failure" });
    }
  });

  it("prints nothing but the envelope on stdout with --json", async () => {
    const box = sandbox();
    const { code, out, err } = await box.run(["run", "--json", "--", "sh", "-c", "echo words; exit 5"]);
    expect([code, err]).toEqual([5, "words\n"]);
    expect(JSON.parse(out)).toMatchObject({
      agentlog: 1,
      command: "run",
      ok: true,
      data: { exitCode: 5, signal: null },
    });
  });

  it("tells the command its session, store and trace", async () => {
    const box = sandbox();
    const { out } = await box.run([
      "run",
      "--",
      "sh",
      "-c",
      'echo "$AGENTLOG_SESSION_ID $AGENTLOG_STORE $AGENTLOG_TRACE_ID"',
    ]);
    const { summary, events } = await recorded(box);
    expect(out.trim().split(" ")).toEqual([summary.id, box.store, events[0].trace.traceId]);
  });

  it("records a run within a run as its child, of the same trace", async () => {
    const box = sandbox();
    await box.run(["run", "--name", "outer", "--", process.execPath, BINARY, "run", "--name", "inner", "--", "true"]);
    const { sessions } = await box.data(["ls"]);
    const [outer, inner] = ["outer", "inner"].map((title) => sessions.find((one: any) => one.title === title));
    expect(inner.parent).toBe(outer.id);
    const trace = async (id: string): Promise<string> => (await box.events(id))[0].trace.traceId;
    expect(await trace(inner.id)).toBe(await trace(outer.id));
  });

  it("records a run within a run in the same store, also when that was given by --store", async () => {
    const box = sandbox();
    const other = join(box.dir, "other");
    const inner = [process.execPath, BINARY, "run", "--name", "inner", "--", "true"];
    expect(
      (
        await box.run(["run", "--store", other, "--name", "outer", "--", ...inner], {
          env: { AGENTLOG_HOME: undefined },
        })
      ).code,
    ).toBe(0);
    const { sessions } = await box.data(["ls", "--store", other]);
    expect(sessions.map(({ title }: any) => title).sort()).toEqual(["inner", "outer"]);
  });

  it("takes one word for each --tag: the next is the command", async () => {
    const box = sandbox();
    expect(await box.run(["run", "--tag", "a=1", "echo", "hi"])).toMatchObject({ code: 0, out: "hi\n" });
  });

  it("takes no word of a hostile environment", async () => {
    const box = sandbox();
    const env = { AGENTLOG_SESSION_ID: "../../x", AGENTLOG_TRACE_ID: "\u001b[31m", AGENTLOG_STORE: "relative" };
    expect((await box.run(["run", "--", "true"], { env })).code).toBe(0);
    const { summary } = await recorded(box);
    expect(summary.parent).toBeUndefined();
  });

  it("leaves the streams to the command with --no-output and records none of it", async () => {
    const box = sandbox();
    const ran = await box.run(["run", "--no-output", "--", "sh", "-c", "cat; echo err >&2; exit 4"], { input: "in" });
    expect(ran).toMatchObject({ code: 4, out: "in", err: "err\n" });
    const { events } = await recorded(box);
    expect(events.map(({ type }) => type)).toEqual(["session.started", "step.started", "step.failed", "session.ended"]);
  });

  it("is live while the command runs", async () => {
    const box = sandbox();
    const running = box.start(["run", "--name", "long", "--", "cat"]);
    const live = await eventually(async () =>
      (await box.data([])).sessions.find(({ presence }: any) => presence === "live"),
    );
    expect(live.title).toBe("long");
    const { writer } = await box.data(["show", live.id]);
    expect(writer).toMatchObject({ pid: running.process.pid });
    running.process.stdin.end();
    expect((await running.over).code).toBe(0);
    expect((await box.data(["show", live.id])).presence).toBe("ended");
  });

  it("[H-83] does not outlive the reader of its output, and says nothing about it", async () => {
    const box = sandbox();
    const { out, err } = await box.spawn("sh", ["-c", `"$0" "$1" run -- yes | head -1`, process.execPath, BINARY], {
      input: "",
    }).over;
    expect([out, err]).toEqual(["y\n", ""]);
    expect((await recorded(box)).summary.presence).toBe("ended");
    expect((await box.data(["verify"])).ok).toBe(true);
  });

  it("keeps the command's exit code when nobody reads its stderr", async () => {
    const box = sandbox();
    const script = `i=0; while [ $i -lt 3000 ]; do echo line >&2; i=$((i+1)); done; exit 4`;
    const pipe = `( "$0" "$1" run -- sh -c '${script}'; echo $? >code ) 2>&1 >/dev/null | head -1; cat code`;
    const { out } = await box.spawn("sh", ["-c", pipe, process.execPath, BINARY], { input: "" }).over;
    expect(out).toBe("line\n4\n");
  });
});
