import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeDisk, type Disk } from "../disk.js";
import { isRoot, NOBODY } from "../testing/as-user.js";
import { machineId } from "./machine.js";
import { openStore } from "./open.js";
import { resolveStore } from "./resolve.js";

let dir: string;
let home: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlog-")));
  home = join(dir, "home", "me");
  mkdirSync(join(home, "project", "src"), { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const project = (): string => join(home, "project");
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

describe("resolveStore", () => {
  it("takes the argument first, then AGENTLOG_HOME, then the ancestor, then HOME", () => {
    const cwd = join(project(), "src");
    const ancestor = openStore(join(project(), ".agentlog")).root;
    const env = { AGENTLOG_HOME: "/env/store", HOME: home };
    expect(resolveStore({ store: "/arg/store/", cwd, env })).toEqual({ root: "/arg/store", rule: "argument" });
    expect(resolveStore({ store: "rel", cwd, env })).toEqual({ root: join(cwd, "rel"), rule: "argument" });
    expect(resolveStore({ cwd, env })).toEqual({ root: "/env/store", rule: "environment" });
    expect(resolveStore({ cwd, env: { HOME: home, AGENTLOG_HOME: "" } })).toEqual({ root: ancestor, rule: "ancestor" });
    expect(resolveStore({ cwd: home, env: { HOME: home } })).toEqual({ root: join(home, ".agentlog"), rule: "home" });
  });

  it("finds the nearest ancestor, the current directory included, without HOME too", () => {
    const outer = openStore(join(project(), ".agentlog")).root;
    const inner = openStore(join(project(), "src", ".agentlog")).root;
    expect(resolveStore({ cwd: join(project(), "src"), env: {} }).root).toBe(inner);
    expect(resolveStore({ cwd: project(), env: {} }).root).toBe(outer);
  });

  it("makes nothing", () => {
    resolveStore({ cwd: project(), env: { HOME: home } });
    expect(nodeDisk.readdirSync(home)).toEqual(["project"]);
  });

  it("looks no further up than 32 levels", () => {
    openStore(join(project(), ".agentlog"));
    const deep = (levels: number): string => join(project(), ...Array.from({ length: levels }, () => "d"));
    expect(resolveStore({ cwd: deep(31), env: { HOME: home } }).rule).toBe("ancestor");
    expect(resolveStore({ cwd: deep(32), env: { HOME: home } }).rule).toBe("home");
  });

  it.each([
    ["an empty folder", {}],
    [
      "a store of another machine",
      { "store.json": '{"format":1,"lock":"directory","machine":"00000000000000000000000000000000"}' },
    ],
    ["a store that names no machine", { "store.json": '{"format":1,"lock":"directory"}' }],
    ["a damaged store", { "store.json": "{" }],
  ])("passes over %s that came with a clone, and says so", (_, files) => {
    const cloned = join(project(), ".agentlog");
    mkdirSync(cloned);
    for (const [name, content] of Object.entries(files)) writeFileSync(join(cloned, name), content);
    const { root, rule, note } = resolveStore({ cwd: project(), env: { HOME: home } });
    expect({ root, rule }).toEqual({ root: join(home, ".agentlog"), rule: "home" });
    expect(note).toContain(cloned);
    expect(() => resolveStore({ cwd: project(), env: {} })).toThrow(code("NO_STORE"));
  });

  it("passes over a link, a file, and a linked store.json, and goes on upwards", () => {
    const outer = openStore(join(project(), ".agentlog")).root;
    const mine = openStore(join(dir, "mine")).root;
    const inner = join(project(), "src", ".agentlog");
    const plant = [
      () => symlinkSync(mine, inner),
      () => writeFileSync(inner, "x"),
      () => {
        mkdirSync(inner);
        symlinkSync(join(mine, "store.json"), join(inner, "store.json"));
      },
    ];
    for (const planted of plant) {
      rmSync(inner, { recursive: true, force: true });
      planted();
      expect(resolveStore({ cwd: join(project(), "src"), env: { HOME: home } })).toMatchObject({
        root: outer,
        rule: "ancestor",
        note: expect.stringContaining(inner),
      });
    }
  });

  it.skipIf(!isRoot)("passes over another user's store", () => {
    const root = openStore(join(project(), ".agentlog")).root;
    chownSync(root, NOBODY, NOBODY);
    expect(resolveStore({ cwd: project(), env: { HOME: home } })).toMatchObject({
      rule: "home",
      note: expect.stringContaining("65534"),
    });
  });

  it("[H-88] reaches the store at home by the home rule, through a linked HOME as well, even one from another machine", () => {
    mkdirSync(join(home, ".agentlog"));
    symlinkSync(home, join(dir, "link"));
    expect(resolveStore({ cwd: project(), env: { HOME: home } })).toEqual({
      root: join(home, ".agentlog"),
      rule: "home",
    });
    const linked = join(dir, "link");
    expect(resolveStore({ cwd: project(), env: { HOME: linked } })).toEqual({
      root: join(linked, ".agentlog"),
      rule: "home",
    });
  });

  it.each([undefined, "", "relative/home", "/", "//", "/.", "/tmp/..", ".", "~", "/a\0b"])(
    "[H-88] refuses to guess with HOME %j",
    (value) => {
      expect(() => resolveStore({ cwd: project(), env: { HOME: value } })).toThrow(code("NO_STORE"));
    },
  );

  it.each(["relative", "./x", "~/store", "/", "/a\0b"])(
    "[H-88] refuses AGENTLOG_HOME %j, and does not fall back",
    (value) => {
      expect(() => resolveStore({ cwd: project(), env: { HOME: home, AGENTLOG_HOME: value } })).toThrow(code("USAGE"));
    },
  );

  it.each(["", "/", "a\0b"])("refuses the argument %j", (store) => {
    expect(() => resolveStore({ store, cwd: project(), env: { HOME: home } })).toThrow(code("USAGE"));
  });

  it("uses the process's own directory and environment by default", () => {
    expect(resolveStore({ store: relative(process.cwd(), dir) }).root).toBe(dir);
  });
});

describe("machineId", () => {
  const without = (content: string | undefined): Disk => ({
    ...nodeDisk,
    readFileSync: ((path: string) => {
      if (content === undefined) throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
      return path === "/etc/machine-id" ? content : "";
    }) as Disk["readFileSync"],
  });

  it("is stable, hashed, and another for another machine", () => {
    const raw = "0123456789abcdef0123456789abcdef";
    const id = machineId({ disk: without(`${raw}\n`) });
    expect(id).toMatch(/^[0-9a-f]{32}$/);
    expect(id).not.toContain(raw);
    expect(machineId({ disk: without(raw) })).toBe(id);
    expect(machineId({ disk: without(raw.replace("0", "1")) })).not.toBe(id);
  });

  it.each(["", "uninitialized\n", undefined])("falls back to the host name when the file holds %j", (content) => {
    expect(machineId({ disk: without(content) })).toBe(machineId({ disk: without(undefined) }));
  });

  it("is in every store made here", () => {
    const { layout } = openStore(join(dir, "store"));
    expect(JSON.parse(readFileSync(layout.storeFile, "utf8"))).toMatchObject({ machine: machineId() });
  });
});
