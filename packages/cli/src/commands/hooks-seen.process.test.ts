import { describe, expect, it } from "vitest";
import { type Sandbox, sandbox } from "../testing/agentlog.js";
import { found } from "../testing/work-items.js";

let prompts = 0;

/** Calls the hook as Claude Code does: all from one process, this one. */
async function call(box: Sandbox, session: string, event: string, more: object = {}): Promise<void> {
  const payload = {
    session_id: session,
    transcript_path: `${box.home}/.claude/projects/p/${session}.jsonl`,
    cwd: box.work,
    hook_event_name: event,
    ...(event === "UserPromptSubmit" ? { prompt_id: `p${++prompts}` } : {}),
    ...more,
  };
  const ran = await box.run(["hook", "claude"], { input: `${JSON.stringify(payload)}\n` });
  expect(ran).toMatchObject({ code: 0, out: "", err: "" });
}

const FIRST = "11111111-1111-4111-8111-111111111111";
const SECOND = "22222222-2222-4222-8222-222222222222";

/** A session of two calls. */
async function begun(box: Sandbox, session: string, prompt: string, source = "startup"): Promise<void> {
  await call(box, session, "SessionStart", { source, model: "opus" });
  await call(box, session, "UserPromptSubmit", { prompt });
}

describe("what hooks captured", () => {
  it("is there for the next command, whichever it is, and once", async () => {
    for (const args of [["find"], ["ls"], ["tree"], []]) {
      const box = sandbox();
      await begun(box, FIRST, "write a parser please");
      const ran = await box.run(args);
      expect([ran.code, ran.err, ran.out], args.join(" ")).toEqual([0, "", expect.stringContaining("parser")]);
      expect(await found(box, "parser")).toHaveLength(1);
      expect((await box.data(["log", FIRST])).events).toHaveLength(2);
    }
  });

  it("makes the store when there is none: a command then finds it whole", async () => {
    const box = sandbox();
    await begun(box, FIRST, "write a parser please");
    expect((await box.run(["where"])).out).toMatch(/0 sessions[^]*2 hook payloads waiting/);
    expect(await box.data(["where"])).toMatchObject({ exists: true, spooled: 0, hooks: 2 });
    expect((await box.run(["ls"])).out).toContain("parser");
    expect(await box.data(["where"])).toMatchObject({ sessions: 1, spooled: 0, hooks: 0 });
    expect((await box.run(["verify"])).code).toBe(0);
  });

  it("is shown by a tail -f that was running already", { timeout: 60_000 }, async () => {
    const box = sandbox();
    await begun(box, FIRST, "write a parser please");
    const tail = box.start(["tail", FIRST, "-f"]);
    await tail.until(/parser/);
    await call(box, FIRST, "UserPromptSubmit", { prompt: "and its tests" });
    await tail.until(/and its tests/);
    tail.process.kill("SIGINT");
    expect(await tail.over).toMatchObject({ code: 0, err: "" });
  });

  it("tells that a conversation was cleared: the new one is drawn below the old one", async () => {
    const box = sandbox();
    await begun(box, FIRST, "write a parser please");
    await call(box, FIRST, "SessionEnd", { reason: "clear" });
    await begun(box, SECOND, "now a lexer", "clear");
    const { rows } = await box.data(["tree"]);
    expect(rows).toMatchObject([{ depth: 0 }, { depth: 1, edge: { kind: "clear", by: "agent" } }]);
    const { out } = await box.run(["tree"]);
    expect(out.trimEnd().split("\n")).toEqual([
      expect.stringMatching(/^[0-9a-f-]{13}  .*parser/),
      expect.stringMatching(/^└─ [0-9a-f-]{13}  clear  .*lexer/),
    ]);
    expect((await box.data(["show", SECOND])).registry.parent.session).toBe((await box.data(["show", FIRST])).id);
    expect((await box.run(["show", SECOND])).out).toMatch(/parent +sess_\S+ \(clear, said by the agent\)/);
  });

  it("is all recorded when 16 come at once and 4 commands take them in at once", { timeout: 60_000 }, async () => {
    const box = sandbox();
    await begun(box, FIRST, "prompt 0");
    const calls = Array.from({ length: 16 }, (_, n) =>
      call(box, FIRST, "UserPromptSubmit", { prompt: `prompt ${n + 1}` }),
    );
    const commands = Array.from({ length: 4 }, async () => box.run(["find"]));
    await Promise.all(calls);
    for (const ran of await Promise.all(commands)) expect([ran.code, ran.err]).toEqual([expect.any(Number), ""]);
    const { events } = await box.data(["log", FIRST]);
    const said = events.filter(({ type }: any) => type !== "session.started").map((event: any) => event.data.text);
    expect(said.toSorted()).toEqual(Array.from({ length: 17 }, (_, n) => `prompt ${n}`).toSorted());
    expect((await box.run(["verify"])).code).toBe(0);
  });
});

describe("a session that was just recorded", () => {
  it("by agentlog run is found at once", async () => {
    const box = sandbox();
    await box.run(["run", "--name", "nightly build", "--", "true"]);
    const [id] = await found(box, "nightly");
    expect(await found(box, "--agent", "shell", "--cwd", ".", "--since", "1h")).toEqual([id]);
    expect((await box.run(["tree"])).out).toContain("nightly build");
  });
});
