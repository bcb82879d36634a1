import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BINARY, sandbox } from "../testing/agentlog.js";

describe("a store that fails while a command runs", () => {
  it("costs neither the command's output nor its exit code when it is deleted", async () => {
    const box = sandbox();
    // A lock or a beat may come while it goes through the folders: then `rm` complains that one is not empty.
    const script = `echo before; rm -rf "$AGENTLOG_STORE" 2>/dev/null; echo after; exit 7`;
    const ran = await box.run(["run", "--", "sh", "-c", script]);
    expect(ran).toMatchObject({ code: 7, out: "before\nafter\n" });
    expect(ran.err).toMatch(/^agentlog: .*\n$/);
  });

  it("costs neither when its log is replaced by a directory", async () => {
    const box = sandbox();
    const script = `log=$AGENTLOG_STORE/sessions/$AGENTLOG_SESSION_ID/events.jsonl; rm $log; mkdir $log; echo out; exit 7`;
    expect(await box.run(["run", "--", "sh", "-c", script])).toMatchObject({ code: 7, out: "out\n" });
  });

  it("costs neither when a file may grow no more", async () => {
    const box = sandbox();
    expect((await box.run(["init", "--store", box.store])).code).toBe(0);
    const script = "i=0; while [ $i -lt 2000 ]; do echo 'a line of output'; i=$((i+1)); done; exit 7";
    const limited = `ulimit -f 64; exec "$0" "$1" run -- sh -c "$2"`;
    const { code, stdout } = await box.spawn("sh", ["-c", limited, process.execPath, BINARY, script], { input: "" })
      .over;
    expect([code, stdout.length]).toEqual([7, 2_000 * 17]);
    expect((await box.data(["verify"])).ok).toBe(true);
  });

  it("that cannot even begin is told before the command runs", async () => {
    const box = sandbox();
    writeFileSync(box.store, "a file in the store's place");
    const { code, out, err } = await box.run(["run", "--", "touch", "ran"]);
    expect([code, out, err.match(/\n/g)?.length, existsSync(join(box.work, "ran"))]).toEqual([3, "", 1, false]);
  });
});
