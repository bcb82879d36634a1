import { describe, expect, it } from "vitest";
import { type Sandbox } from "./testing/agentlog.js";
import { filled } from "./testing/filled.js";
import { treeOf } from "./testing/tree.js";

describe.skipIf(process.platform !== "linux")("a lock that somebody else holds", () => {
  it("is waited for, and told with its holder when that takes too long [EL-8]", async () => {
    const { box, file } = await filled();
    // A holder: a command stopped in the middle of its appends, found by the entry it leaves in the lock's folder.
    let holder: ReturnType<Sandbox["start"]> | undefined;
    for (let tries = 0; tries < 200 && holder === undefined; tries++) {
      const feeder = box.start(["append", "s", "-"]);
      feeder.process.stdin.write('{"type":"x"}\n'.repeat(200_000));
      await new Promise((resolve) => setTimeout(resolve, 300));
      for (let stops = 0; stops < 100 && holder === undefined; stops++) {
        feeder.process.kill("SIGSTOP");
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (Object.keys(treeOf(`${file}.lock`)).length > 1) holder = feeder;
        else feeder.process.kill("SIGCONT");
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      if (holder === undefined) feeder.process.kill("SIGKILL");
    }
    const before = treeOf(box.dir);
    const ran = await box.run(["append", "s", "--type", "late", "--json"]);
    expect(ran.code).toBe(3);
    expect(JSON.parse(ran.out)).toMatchObject({ error: { code: "LOCK_TIMEOUT" } });
    expect(ran.err).toContain(String(holder!.process.pid));
    expect(ran.err.match(/\n/g)).toHaveLength(1);
    expect(treeOf(box.dir)).toEqual(before);
    // Readers need no lock [EL-10].
    expect((await box.run(["log", "s", "--count"])).code).toBe(0);
    holder!.process.kill("SIGKILL");
    await holder!.over;
    expect((await box.run(["append", "s", "--type", "now"])).code).toBe(0);
  });
});
