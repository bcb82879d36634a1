import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sandbox } from "../testing/agentlog.js";
import { treeOf } from "../testing/tree.js";

const none = { AGENTLOG_HOME: undefined };

describe("which store is used", () => {
  it("is --store, then AGENTLOG_HOME, then the nearest .agentlog above, then the one at home", async () => {
    const box = sandbox();
    const deep = join(box.work, "a/b/c");
    mkdirSync(deep, { recursive: true });
    const where = async (args: string[], env: Record<string, string | undefined>): Promise<unknown> => {
      const { root, rule } = await box.data([...args, "where"], { cwd: deep, env });
      return [rule, root];
    };
    expect(await where([], none)).toEqual(["home", join(box.home, ".agentlog")]);
    expect((await box.run(["init", ".."], { cwd: join(box.work, "a/b"), env: none })).out).toBe(
      `made a store: ${join(box.work, "a/.agentlog")}\n`,
    );
    expect((await box.run(["init", ".."], { cwd: join(box.work, "a/b"), env: none })).out).toContain("already a store");
    expect(await where([], none)).toEqual(["ancestor", join(box.work, "a/.agentlog")]);
    expect(await where([], {})).toEqual(["environment", box.store]);
    expect(await where(["--store", "own"], {})).toEqual(["argument", join(deep, "own")]);
    await box.data(["append", "s", "--create", "--type", "x"], { cwd: deep, env: none });
    expect((await box.data(["ls"], { cwd: box.work + "/a", env: none })).sessions).toHaveLength(1);
  });

  it("is not one that came with a clone, and that is said", async () => {
    const box = sandbox();
    await box.run(["init"], { env: none });
    const file = join(box.work, ".agentlog/store.json");
    const store = JSON.parse(readFileSync(file, "utf8"));
    writeFileSync(file, JSON.stringify({ ...store, machine: "0".repeat(32) }));
    const before = treeOf(join(box.work, ".agentlog"));
    const { rule, note } = await box.data(["where"], { env: none });
    expect([rule, note]).toEqual(["home", expect.stringContaining(".agentlog was ignored")]);
    expect((await box.run(["where"], { env: none })).out).toContain("was ignored");
    const run = await box.run(["run", "--", "true"], { env: none });
    expect(run).toMatchObject({ code: 0, out: "", err: expect.stringContaining("was ignored") });
    expect((await box.run(["--quiet", "run", "--", "true"], { env: none })).err).toBe("");
    expect(treeOf(join(box.work, ".agentlog"))).toEqual(before);
  });

  it("[H-88] cannot be decided without a HOME, and then nothing is made anywhere", async () => {
    const box = sandbox();
    for (const HOME of [undefined, "", "relative/home"]) {
      const { code, out, err } = await box.run(["run", "--", "true"], { env: { HOME, AGENTLOG_HOME: undefined } });
      expect([code, out, err.match(/\n/g)?.length], `${HOME}: ${err}`).toEqual([3, "", 1]);
    }
    expect(treeOf(box.work)).toEqual({ ".": expect.any(String) });
    expect((await box.run(["ls"], { env: { HOME: undefined } })).code).toBe(1);
  });

  it("[H-87] is private whatever the umask, and hidden from Git", async () => {
    const box = sandbox();
    mkdirSync(join(box.work, ".git"));
    await box.spawn(
      "sh",
      [
        "-c",
        `umask 000; "$0" "$1" init && "$0" "$1" append s --create --type x && "$0" "$1" run -- echo hi`,
        process.execPath,
        (await import("../testing/agentlog.js")).BINARY,
      ],
      { env: none, input: "" },
    ).over;
    const tree = treeOf(join(box.work, ".agentlog"));
    expect(Object.keys(tree).length).toBeGreaterThan(6);
    for (const [name, what] of Object.entries(tree))
      expect(what.slice(0, what.indexOf(" ")), name).toMatch(/^(40700|100600)$/);
    expect(readFileSync(join(box.work, ".agentlog/.gitignore"), "utf8")).toBe("*\n");
  });
});
