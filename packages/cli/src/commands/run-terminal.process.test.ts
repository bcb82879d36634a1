import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { BINARY, type Running, type Sandbox, sandbox } from "../testing/agentlog.js";
import { eventually } from "../testing/wait.js";

// A terminal comes from util-linux's `script`; its options are others elsewhere.
const hasScript = process.platform === "linux" && spawnSync("script", ["--version"]).status === 0;

/** Runs a shell line on a terminal of its own, of 123 columns and 45 rows. */
function onTerminal(box: Sandbox, line: string): Running {
  const command = `stty cols 123 rows 45; ${line}; echo "code $?"; stty -a | grep -ow -e '-*icanon' -e '-*echo' -e '-*isig'`;
  return box.spawn("script", ["-qec", command, "/dev/null"], {
    env: { TERM: "xterm", NODE: process.execPath, CLI: BINARY },
  });
}

describe.skipIf(!hasScript)("agentlog run on a terminal (needs util-linux's script)", () => {
  it("tells the command the terminal's size", async () => {
    const box = sandbox();
    const { out } = await onTerminal(box, `$NODE $CLI run -- sh -c 'echo "size $COLUMNS x $LINES"'`).over;
    expect(out).toContain("size 123 x 45\r\n");
    expect(out).toContain("code 0");
    expect(out).toMatch(/^isig\r\nicanon\r\necho\r$/m);
  });

  it("gives the command the terminal itself with --no-output", async () => {
    const box = sandbox();
    const { out } = await onTerminal(
      box,
      `$NODE $CLI run --no-output -- sh -c 'test -t 0 && test -t 1 && test -t 2 && echo all; stty size'`,
    ).over;
    expect(out).toContain("all\r\n45 123\r\n");
  });

  it("lets Ctrl-C reach the command once, and ends with its code", async () => {
    const box = sandbox();
    const child = `let n = 0; process.on("SIGINT", () => { n++; setTimeout(() => { console.log("interrupted " + n); process.exit(9); }, 300); }); console.log("ready"); setInterval(() => {}, 1e3)`;
    const running = onTerminal(box, `trap : INT; $NODE $CLI run -- $NODE -e '${child}'`);
    await running.until(/ready/);
    running.process.stdin.write("\u0003");
    const { out } = await running.over;
    expect(out).toContain("interrupted 1\r\n");
    expect(out).toContain("code 9");
    expect(out).toMatch(/^isig\r\nicanon\r\necho\r$/m);
    const [{ id, presence }] = (await box.data(["ls"])).sessions;
    expect([presence, (await box.events(id)).at(-1).data]).toMatchObject(["ended", { exitCode: 9 }]);
  });

  it("ends with 130 when Ctrl-C ends a command that does nothing about it", async () => {
    const box = sandbox();
    const running = onTerminal(box, `trap : INT; $NODE $CLI run -- sh -c 'trap - INT; echo ready; sleep 20'`);
    await running.until(/ready/);
    running.process.stdin.write("\u0003");
    expect((await running.over).out).toContain("code 130");
    await eventually(async () => (await box.data(["ls"])).sessions[0].presence === "ended");
    expect((await box.data(["ls"])).sessions).toMatchObject([{ outcome: "aborted" }]);
  });
});
