import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sandbox } from "./testing/agentlog.js";
import { firstUnsafe } from "./testing/printable.js";

describe("text from sessions", () => {
  it("is escaped too where `show` prints all of it, and does not fill the screen", async () => {
    const box = sandbox();
    await box.run(["append", "x".repeat(100_000), "--create", "--type", "x"]);
    const { out } = await box.run(["show", "--", "x".repeat(100_000)]);
    expect(out.length).toBeLessThan(10_000);
  });

  it("[H-79] stays escaped when it comes in a path, an argument or an error", async () => {
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
