import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Running, type Sandbox, sandbox } from "../testing/agentlog.js";
import { eventually } from "../testing/wait.js";

const only = async (box: Sandbox): Promise<any> => {
  const [{ id }] = (await box.data(["ls"])).sessions;
  return { ...(await box.data(["show", id])), end: (await box.events(id)).at(-1) };
};

/** A command without a terminal of its own, as under a supervisor; it says "ready" and then waits. */
async function waiting(box: Sandbox, script: string): Promise<Running> {
  const running = box.start([
    "run",
    "--",
    process.execPath,
    "-e",
    `${script}; console.log("ready"); setInterval(()=>{},1e3)`,
  ]);
  await running.until(/ready/);
  return running;
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe("a signal to agentlog run", () => {
  it.each([
    ["SIGTERM", 143],
    ["SIGHUP", 129],
    ["SIGUSR2", 140],
  ] as const)("%s reaches the command, which dies of it", async (signal, code) => {
    const box = sandbox();
    const running = await waiting(box, "");
    running.process.kill(signal);
    expect((await running.over).code).toBe(code);
    expect(await only(box)).toMatchObject({
      presence: "ended",
      end: { type: "session.ended", data: { outcome: "aborted", signal } },
    });
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("%s lets the command end in its own way", async (signal) => {
    const box = sandbox();
    const running = await waiting(box, `process.on("${signal}", () => { console.log("got it"); process.exit(5); })`);
    running.process.kill(signal);
    expect(await running.over).toMatchObject({ code: 5, out: "ready\ngot it\n", err: "" });
    expect(await only(box)).toMatchObject({ presence: "ended", outcome: "failure", end: { data: { exitCode: 5 } } });
  });

  it("that the command ignores does not end the recording", async () => {
    const box = sandbox();
    const running = await waiting(box, `process.on("SIGTERM", () => console.log("no"))`);
    running.process.kill("SIGTERM");
    await running.until(/no\n/);
    running.process.kill("SIGTERM");
    await running.until(/no\nno\n/);
    expect((await box.data(["ls"])).sessions).toMatchObject([{ presence: "live" }]);
    running.process.kill("SIGKILL");
    await running.over;
  });

  it("that cannot be caught leaves the session crashed at once, with everything up to then [DESIGN 9]", async () => {
    const box = sandbox();
    const running = await waiting(box, "console.log(process.pid)");
    const pid = Number.parseInt(await running.until(/ready/), 10);
    await eventually(async () => (await box.data(["ls"])).sessions[0].events >= 4);
    running.process.kill("SIGKILL");
    await running.over;
    const { id } = (await box.data(["ls"])).sessions[0];
    expect(await box.data(["show", id])).toMatchObject({ presence: "crashed", writer: { pid: running.process.pid } });
    const texts = (await box.events(id)).filter(({ type }) => type === "step.output").map(({ data }) => data.text);
    expect(texts).toEqual([String(pid), "ready"]);
    expect((await box.data(["verify"])).ok).toBe(true);
    if (isAlive(pid)) process.kill(pid, "SIGKILL");
  });

  it("still ends it when the command is gone and only something it left behind holds its output", async () => {
    const box = sandbox();
    const running = box.start(["run", "--", "sh", "-c", "sleep 20 & echo $!"]);
    const left = Number.parseInt(await running.until(/\d+\n/), 10);
    await eventually(async () => (await box.data(["ls"])).sessions[0]?.events >= 3);
    try {
      running.process.kill("SIGTERM");
      const ended = await Promise.race([running.over, sleep(4_000, undefined, { ref: false })]);
      expect(ended, "agentlog run went on, deaf to SIGTERM").toBeDefined();
    } finally {
      process.kill(left, "SIGKILL");
    }
  });
});
