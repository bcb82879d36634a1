import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { BINARY, type Ran, type Sandbox, sandbox } from "./testing/agentlog.js";
import { filled } from "./testing/filled.js";
import { expectRefusal } from "./testing/refusal.js";
import { treeOf } from "./testing/tree.js";

const canMount =
  process.geteuid?.() === 0 && process.platform === "linux" && spawnSync("unshare", ["-m", "true"]).status === 0;

describe.skipIf(!canMount)("a disk (needs root and mounts)", () => {
  let place: string;
  beforeAll(() => {
    place = spawnSync("mktemp", ["-d"], { encoding: "utf8" }).stdout.trim();
  });
  afterAll(() => rmSync(place, { recursive: true, force: true }));

  /** Runs a shell script in a mount namespace of its own, so that no mount is left whatever happens. */
  const within = (box: Sandbox, mount: string, script: string): Promise<Ran> =>
    box.spawn("unshare", ["-m", "sh", "-c", `${mount} && ${script}`], {
      input: "",
      env: { NODE: process.execPath, CLI: BINARY, DISK: place, AGENTLOG_HOME: join(place, "store") },
    }).over;

  it("that is read-only is told in one line, for every command that writes; reading goes on", async () => {
    const { box } = await filled();
    const copy = join(box.dir, "copy");
    mkdirSync(copy);
    cpSync(box.store, join(copy, "store"), { recursive: true, preserveTimestamps: true });
    const mount = `mount --bind "${copy}" "$DISK" && mount -o remount,bind,ro "$DISK"`;
    const before = treeOf(copy);
    for (const args of ["append s --type x", "append new --create --type x", "run -- true", "init --store $DISK/other"])
      expectRefusal(await within(box, mount, `"$NODE" "$CLI" ${args}`), 3, /EROFS|read-only/);
    for (const args of ["ls", "log s", "verify", "where", "show s"])
      expect(await within(box, mount, `"$NODE" "$CLI" ${args}`), args).toMatchObject({ code: 0, err: "" });
    expect(treeOf(copy)).toEqual(before);
  });

  const full = `mount -t tmpfs -o size=256k,mode=700 tmpfs "$DISK"`;
  const fill = `"$NODE" "$CLI" append s --create --type x >/dev/null && (head -c 400000 /dev/zero >"$DISK/filler" 2>/dev/null || true)`;

  it("that is full is told in one line, and every session is as before", async () => {
    const box = sandbox();
    // A small event would still fit into the last page of the log.
    const data = `--data "{\\"text\\":\\"$(head -c 9000 /dev/zero | tr '\\0' x)\\"}"`;
    for (const args of [`append s --type x ${data}`, `append new --create --type x ${data}`, "run -- true"]) {
      // What was begun of a write may stay behind, sealed by the next one [EL-1]; no event and no session more is there.
      const sessions = `"$NODE" "$CLI" ls --json`;
      const script = `${fill}; before=$(${sessions}); "$NODE" "$CLI" ${args}; code=$?; [ "$before" = "$(${sessions})" ] || echo changed; "$NODE" "$CLI" verify >/dev/null || echo damaged; exit $code`;
      expectRefusal(await within(box, full, script), 3, /ENOSPC|full/);
    }
  });

  it("that fills up while a command runs costs neither its output nor its exit code", async () => {
    const box = sandbox();
    const script = `"$NODE" "$CLI" run -- sh -c 'i=0; while [ $i -lt 3000 ]; do echo "a line of output number $i"; i=$((i+1)); done; exit 7'; code=$?; "$NODE" "$CLI" verify >&2; exit $code`;
    const { code, out, err } = await within(box, full, script);
    expect([code, out.split("\n").length]).toEqual([7, 3_001]);
    expect(err).toMatch(/^agentlog: [^\n]*(ENOSPC|full)/);
    expect(err).toContain("all whole");
  });
});
