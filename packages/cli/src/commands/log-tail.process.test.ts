import { appendFileSync, mkdirSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { BINARY, type Sandbox, sandbox } from "../testing/agentlog.js";

const line = (n: number, type = "note.added"): string => `{"type":"${type}","data":{"text":"note ${n}"}}\n`;

/** Events 1 to `count` behind the session's beginning; every third is a call of a tool. */
async function filled(count: number): Promise<Sandbox> {
  const box = sandbox();
  const input = Array.from({ length: count }, (_, n) => line(n + 1, n % 3 === 2 ? "tool.called" : "note.added")).join(
    "",
  );
  expect((await box.run(["append", "s", "-", "--create"], { input })).code).toBe(0);
  return box;
}

const seqs = (lines: string): number[] => [...lines.matchAll(/^(?:\S+ )?\s*#(\d+) /gm)].map(([, seq]) => Number(seq));

describe("agentlog log", () => {
  it("prints a range, a type, a pattern, and a count", async () => {
    const box = await filled(9);
    const numbers = async (...args: string[]): Promise<number[]> => seqs((await box.run(["log", "s", ...args])).out);
    expect(await numbers("--from", "3", "--to", "5")).toEqual([3, 4, 5]);
    expect(await numbers("--from", "8")).toEqual([8, 9]);
    expect(await numbers("--to", "0")).toEqual([0]);
    expect(await numbers("--from", "5", "--to", "4")).toEqual([]);
    expect(await numbers("--from", "1000")).toEqual([]);
    expect(await numbers("--type", "tool.called")).toEqual([3, 6, 9]);
    expect(await numbers("--type", "tool.*", "--from", "4")).toEqual([6, 9]);
    expect(await numbers("--type", "*.added", "--to", "3")).toEqual([1, 2]);
    expect(await numbers("--type", "tool")).toEqual([]);
    expect((await box.run(["log", "s", "--type", "*", "--count"])).out).toBe("10\n");
    expect(await box.data(["log", "s", "--type", "tool.*"])).toMatchObject({
      events: [{ seq: 3 }, { seq: 6 }, { seq: 9 }],
      damage: 0,
    });
  });

  it("prints a long log without a word on stderr", async () => {
    const box = await filled(3_000);
    for (const args of [
      ["log", "s"],
      ["log", "s", "--json"],
      ["tail", "s", "-n", "3000"],
      ["tail", "s", "-n", "3000", "--json"],
    ]) {
      const { code, err } = await box.run(args);
      expect([code, err], args.join(" ")).toEqual([0, ""]);
    }
  });

  it.each([
    ["log", "s", "--json"],
    ["log", "s"],
    ["run", "--", "sh", "-c", "yes some words | head -20000"],
  ])("waits for a slow reader without a word on stderr: %s %s %s", async (...args) => {
    const box = await filled(3_000);
    const running = box.start(args);
    running.process.stdout.on("data", () => {
      running.process.stdout.pause();
      setTimeout(() => running.process.stdout.resume(), 5);
    });
    const { code, err } = await running.over;
    expect([code, err]).toEqual([0, ""]);
  });

  it("prints one envelope, and no half of another, when the log cannot be read", async () => {
    const box = await filled(3);
    const file = await box.logFile("s");
    rmSync(file);
    mkdirSync(file);
    const { code, out } = await box.run(["log", "s", "--json"]);
    expect(code).toBe(3);
    expect(() => JSON.parse(out) as unknown).not.toThrow();
    expect(JSON.parse(out)).toMatchObject({ ok: false, error: { code: "UNSAFE_PATH" } });
  });

  it.each([["log", "s"], ["log", "s", "--json"], ["tail", "s", "-n", "3000"], ["ls"]])(
    "[H-83] stops quietly when its reader has enough: %s %s %s %s %s",
    async (...args) => {
      const box = await filled(3_000);
      const pipe = `( "$0" "$@"; echo "code $?" >&2 ) | head -1 >/dev/null`;
      const command = [BINARY, ...args.filter((arg) => arg !== undefined)];
      const { err } = await box.spawn("sh", ["-c", pipe, process.execPath, ...command], { input: "" }).over;
      expect(err).toBe("code 0\n");
    },
  );

  it.skipIf(process.platform !== "linux")("says so in one line when its answer cannot be written", async () => {
    const box = await filled(3);
    for (const args of ["log s", "ls", "show s --json"]) {
      const { code, err } = await box.spawn("sh", ["-c", `"$0" "$1" ${args} >/dev/full`, process.execPath, BINARY], {
        input: "",
      }).over;
      expect([code, err.match(/\n/g)?.length, err], args).toEqual([3, 1, expect.stringContaining("ENOSPC")]);
    }
  });
});

describe("agentlog tail", () => {
  it("prints the last events", async () => {
    const box = await filled(20);
    expect(seqs((await box.run(["tail", "s"])).out)).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20]);
    expect(seqs((await box.run(["tail", "s", "-n", "2"])).out)).toEqual([19, 20]);
    expect(seqs((await box.run(["tail", "s", "-n", "0"])).out)).toEqual([]);
    expect(seqs((await box.run(["tail", "--latest", "-n", "100"])).out)).toHaveLength(21);
    expect((await box.run(["tail", "--active"])).out).toBe("no active sessions\n");
    const { out } = await box.run(["tail", "s", "-n", "2", "--json"]);
    expect(
      out
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text).seq),
    ).toEqual([19, 20]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("with -f sees each event once and ends on %s with 0", async (signal) => {
    const box = await filled(3);
    const tail = box.start(["tail", "s", "-f", "-n", "1", "--json"]);
    await tail.until(/"seq":3,/);
    for (let n = 4; n < 7; n++) expect((await box.run(["append", "s", "--type", "note.added"])).code).toBe(0);
    await tail.until(/"seq":6,/);
    tail.process.kill(signal);
    const { code, signal: by, out, err } = await tail.over;
    expect([code, by, err]).toEqual([0, null, ""]);
    expect(
      out
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text).seq),
    ).toEqual([3, 4, 5, 6]);
  });

  it("with --active -f sees a session that begins, and names it", async () => {
    const box = await filled(1);
    const tail = box.start(["tail", "--active", "-f"]);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const run = box.start(["run", "--name", "new one", "--", "sh", "-c", "echo hello; cat"]);
    const seen = await tail.until(/hello/);
    expect(seen).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4} +#0 .*new one/m);
    run.process.stdin.end();
    await tail.until(/session\.ended/);
    tail.process.kill("SIGINT");
    expect((await tail.over).code).toBe(0);
  });

  it("with -f goes on after a repair, with each event once", async () => {
    const box = await filled(3);
    const tail = box.start(["tail", "s", "-f", "--json"]);
    await tail.until(/"seq":3,/);
    appendFileSync(await box.logFile("s"), "damage in the middle\n");
    await box.run(["append", "s", "--type", "after.damage"]);
    await tail.until(/after\.damage/);
    expect((await box.run(["repair", "s"])).code).toBe(0);
    await box.run(["append", "s", "--type", "after.repair"]);
    const out = await Promise.race([tail.until(/after\.repair/), tail.over.then(({ err }) => `ended: ${err}`)]);
    expect(
      out
        .trim()
        .split("\n")
        .map((text) => JSON.parse(text).seq),
    ).toEqual([0, 1, 2, 3, 4, 5]);
    tail.process.kill("SIGINT");
    expect((await tail.over).code).toBe(0);
  });

  it("[H-83] with -f ends quietly, with the next event, when its reader is gone", async () => {
    const box = await filled(3);
    const tail = box.start(["tail", "s", "-f"]);
    await tail.until(/#3 /);
    tail.process.stdout.destroy();
    for (let n = 0; n < 2; n++) expect((await box.run(["append", "s", "--type", "x"])).code).toBe(0);
    expect(await tail.over).toMatchObject({ code: 0, err: "" });
  });
});
