import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, lstatSync, mkdirSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { asOrdinaryUser, BINARY, type Ran, type Sandbox, sandbox } from "./testing/agentlog.js";
import { treeOf } from "./testing/tree.js";

const FILL = fileURLToPath(new URL("../test-fixtures/fill-store.mjs", import.meta.url));
const isRoot = process.geteuid?.() === 0;
const NOBODY = 65_534;

/** Runs a program as somebody whom modes stop. */
async function asUser(
  box: Sandbox,
  program: readonly string[],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<Ran> {
  const user = isRoot ? { uid: NOBODY } : {};
  return box.spawn(process.execPath, program, { input: "", env, ...user }).over;
}

/** Gives the sandbox to the ordinary user. */
function giveAway(box: Sandbox): void {
  if (isRoot) spawnSync("chown", ["-R", `${NOBODY}:${NOBODY}`, box.dir]);
}

/** Kinds of files that a full store has, by what their path ends with or goes through. */
const KINDS: readonly RegExp[] = [
  /^\.\/store\.json$/,
  /^\.\/sessions\/[^/]+\/events\.jsonl$/,
  /\/events\.jsonl\.lock$/,
  /\/presence\.json$/,
  /\/blobs\/[0-9a-f]{64}$/,
  /^\.\/spool\/sess_[^/]+\/[^/]+$/,
  /^\.\/spool\/hooks\/[^/]+$/,
  /^\.\/spool\/hook-failures\.jsonl$/,
  /^\.\/registry\/events\.jsonl$/,
  /^\.\/registry\/(checkpoints\/.*\.jsonl|read-model\.db)$/,
  /^\.\/snapshots\/k\/document\.json$/,
  /^\.\/snapshots\/k\/v\d+\.json$|^\.\/snapshots\/\.locks$/,
  /^\.\/quarantine\/.+/,
  /^\.\/bindings\.json$/,
];

describe.skipIf(process.platform === "win32")("the modes of a store", () => {
  it.each(["000", "022", "077", "0777"])(
    "[H-87] are 0700 and 0600 for every kind of file under umask %s",
    async (umask) => {
      const box = sandbox();
      giveAway(box);
      const filled = await asUser(box, [FILL, umask]);
      expect(filled).toMatchObject({ code: 0, err: "" });
      const tree = treeOf(box.store);
      const names = Object.keys(tree);
      for (const kind of KINDS)
        expect(
          names.some((name) => kind.test(name)),
          `${kind} in ${names.join(" ")}`,
        ).toBe(true);
      const loose = Object.entries(tree).filter(([, what]) => !/^(40700|100600) /.test(what));
      expect(loose).toEqual([]);
      // What an install leaves in the home: settings, receipts and backups.
      const home = treeOf(box.home);
      const ours = Object.keys(home).filter((name) => /settings\.json|agentlog/.test(name) && !name.includes(".cache"));
      expect(ours.some((name) => name.endsWith(".agentlog-receipt"))).toBe(true);
      expect(
        ours.some((name) => name.includes("backup")),
        ours.join(" "),
      ).toBe(true);
      for (const name of ours) expect(home[name], name).toMatch(/^(40700|100600) /);
    },
  );
});

describe("HOME and its like", () => {
  it.skipIf(process.platform === "win32")(
    "[H-88] a home that cannot be written to is one line and code 3, and nothing is made elsewhere",
    async () => {
      const box = sandbox();
      giveAway(box);
      chmodSync(box.home, 0o555);
      for (const args of [
        ["append", "s", "--create", "--type", "x"],
        ["run", "--", "true"],
        ["init", "--store", join(box.home, "x")],
      ]) {
        const { code, out, err } = await asUser(box, [BINARY, ...args], {
          AGENTLOG_HOME: undefined,
          NODE_DISABLE_COMPILE_CACHE: "1",
        });
        expect([code, out, err.match(/\n/g)?.length], err).toEqual([3, "", 1]);
        expect(err).toContain(box.home);
      }
      expect(readdirSync(box.work)).toEqual([]);
      expect(readdirSync(box.home)).toEqual([]);
    },
  );

  it("[H-88] a home that is a link is where it leads, and relative XDG folders lead nowhere", async () => {
    const box = sandbox();
    symlinkSync(box.home, join(box.dir, "link"));
    const env = {
      AGENTLOG_HOME: undefined,
      HOME: join(box.dir, "link"),
      XDG_STATE_HOME: "state",
      XDG_DATA_HOME: "data",
      XDG_CACHE_HOME: "cache",
      XDG_CONFIG_HOME: "config",
      XDG_RUNTIME_DIR: ".",
      TMPDIR: ".",
    };
    expect((await box.run(["append", "s", "--create", "--type", "x"], { env })).code).toBe(0);
    expect((await box.run(["import"], { env })).code).toBe(0);
    expect((await box.run(["ls"], { env })).code).toBe(0);
    const hooked = await box.run(["hook", "claude"], {
      env,
      input: '{"session_id":"x","hook_event_name":"SessionStart"}',
    });
    expect([hooked.code, hooked.out, hooked.err]).toEqual([0, "", ""]);
    expect(statSync(join(box.home, ".agentlog", "store.json")).isFile()).toBe(true);
    expect(readdirSync(box.work)).toEqual([]);
  });

  it.each([undefined, "", "/", "relative", "."])(
    "[H-88] HOME %j: a hook captures nothing and says nothing, and nothing is made in its folder",
    async (HOME) => {
      const box = sandbox();
      const env = { HOME, AGENTLOG_HOME: undefined };
      const { code, out, err } = await box.run(["hook", "claude"], { env, input: "{}" });
      expect([code, out, err]).toEqual([0, "", ""]);
      expect(readdirSync(box.work)).toEqual([]);
    },
  );
});

describe.skipIf(!isRoot)("root on another user's store (the tests run as root)", () => {
  it("[H-89] every command refuses it and changes nothing; its owner goes on as before", async () => {
    const box = sandbox();
    expect(await asOrdinaryUser(box, ["append", "s", "--create", "--type", "x"])).toMatchObject({ code: 0 });
    // As a store is that has no spool yet: a hook would make it.
    expect(readdirSync(box.store)).not.toContain("spool");
    const before = treeOf(box.store);
    const commands = [
      ["ls"],
      ["append", "s", "--type", "x"],
      ["run", "--", "true"],
      ["snapshot", "put", "k"],
      ["binding", "set", "r", "a"],
      ["import"],
      ["sweep"],
      ["rebuild"],
      ["repair", "s"],
      ["init", "--store", box.store],
    ];
    for (const args of commands) {
      const { code, out, err } = await box.run(args, { input: "{}" });
      expect([code, out, err.match(/\n/g)?.length], `${args.join(" ")} ${err}`).toEqual([3, "", 1]);
      expect(err).toContain(`belongs to user ${NOBODY}`);
    }
    for (const input of ['{"session_id":"x","hook_event_name":"SessionStart"}', ""]) {
      const { code, out, err } = await box.run(["hook", "claude"], { input });
      expect([code, out, err]).toEqual([0, "", ""]);
    }
    expect(treeOf(box.store)).toEqual(before);
    const user = { uid: NOBODY };
    expect(
      (await box.run(["hook", "claude"], { ...user, input: '{"session_id":"x","hook_event_name":"SessionStart"}' }))
        .code,
    ).toBe(0);
    expect((await box.run(["append", "s", "--type", "x"], user)).code).toBe(0);
    expect((await box.run(["ls"], user)).code).toBe(0);
    expect(lstatSync(join(box.store, "sessions")).uid).toBe(NOBODY);
  });

  it("[H-89] the same for a store that is only begun, and for the folder where it would be", async () => {
    const box = sandbox();
    mkdirSync(box.store, { mode: 0o700 });
    chownSync(box.store, NOBODY, NOBODY);
    for (const args of [
      ["append", "s", "--create", "--type", "x"],
      ["run", "--", "true"],
      ["hook", "claude"],
    ]) {
      const { code } = await box.run(args, { input: '{"session_id":"x","hook_event_name":"SessionStart"}' });
      expect(code, args[0]).toBe(args[0] === "hook" ? 0 : 3);
    }
    expect(readdirSync(box.store)).toEqual([]);
  });
});
