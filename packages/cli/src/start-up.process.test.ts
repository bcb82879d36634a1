import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BINARY, type Sandbox, sandbox } from "./testing/agentlog.js";
import { made } from "./testing/work-items.js";

/** Tells on stderr, at the end, what was loaded and asked for, what of Intl was made, and what listens to the process. */
const SPY = `
const Module = require("node:module");
const asked = new Set();
const intl = new Set();
const load = Module._load;
Module._load = function (name, ...rest) {
  asked.add(name.replace(/^node:/, ""));
  return load.call(this, name, ...rest);
};
for (const name of Object.getOwnPropertyNames(Intl)) {
  if (typeof Intl[name] !== "function" || !/^[A-Z]/.test(name)) continue;
  Intl[name] = new Proxy(Intl[name], {
    construct(...args) { intl.add(name); return Reflect.construct(...args); },
    apply(...args) { intl.add(name); return Reflect.apply(...args); },
  });
}
const before = new Set(process.moduleLoadList);
process.on("exit", () => {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"].filter((name) => process.listenerCount(name) > 0);
  const handles = process.getActiveResourcesInfo().filter((name) => name === "Timeout");
  const loaded = process.moduleLoadList.filter((name) => !before.has(name));
  require("node:fs").writeSync(2, JSON.stringify({ asked: [...asked], intl: [...intl], loaded, signals, handles }));
});`;

interface Start {
  readonly asked: readonly string[];
  readonly intl: readonly string[];
  readonly loaded: readonly string[];
  readonly signals: readonly string[];
  readonly handles: readonly string[];
}

async function spied(args: readonly string[], box: Sandbox = sandbox(), input = ""): Promise<Start> {
  const spy = join(box.dir, "spy.cjs");
  writeFileSync(spy, SPY);
  const { code, err } = await box.spawn(process.execPath, ["--require", spy, BINARY, ...args], { input }).over;
  expect(code, err).toBe(0);
  return JSON.parse(err) as Start;
}

/** Files of the bundle: beside the program, or in its chunks. */
const isOurs = (name: string): boolean => name === BINARY || /^\.\.?\/(?:[\w.-]+\/)*[\w.-]+\.cjs$/.test(name);

/** What a start costs little by. Whoever adds a module here has measured it: half a millisecond is 2 % of a start. Node itself has loaded `module` by then. */
const VERSION = ["fs", "module"];
const HOOK = [...VERSION, "buffer", "path"];
const HELP = [...VERSION, "events", "os", "path", "process", "util"];
/** `zlib` for its CRC-32; `sqlite` is what keeps the read model where Node has it. */
const FIND = [...HELP, "buffer", "sqlite", "zlib"];

/** A store with a session that has an alias, its read model up to date. */
async function filled(): Promise<Sandbox> {
  const box = sandbox();
  await made(box, "job");
  await box.run(["alias", "job", "nightly"]);
  await box.run(["find"]);
  return box;
}

describe("the start", () => {
  it("needs nothing but the bundles: every other module asked for is Node's own", async () => {
    const { builtinModules } = await import("node:module");
    const box = await filled();
    for (const args of [["--version"], [], ["where"], ["find"], ["ls"], ["tree"], ["show", "job"], ["verify"]]) {
      const { asked } = await spied(args, box);
      expect(asked.filter((name) => !isOurs(name) && !builtinModules.includes(name) && name !== "sqlite")).toEqual([]);
    }
  });

  it.each([
    [["--version"], VERSION],
    [["--help"], HELP],
    [["find", "--help"], HELP],
    [["hook", "claude"], HOOK],
    [["find"], FIND],
    [["find", "nightly"], FIND],
    [["find", "--json", "--since", "7d", "--agent", "agentlog"], FIND],
  ])("of %j loads nothing but what costs little, and neither listens nor waits for anything", async (args, allowed) => {
    const box = await filled();
    const { asked, intl, loaded, signals, handles } = await spied(args, box, '{"session_id":"x"}');
    expect(asked.filter((name) => !isOurs(name) && !allowed.includes(name))).toEqual([]);
    // Its tables take 15 to 20 ms; titles that are not plain need them, and nothing else does.
    expect(intl).toEqual([]);
    // A dynamic `import()` that the bundler left would load Node's loader for ES modules.
    expect(loaded.filter((name) => /modules\/esm|crypto|child_process/.test(name))).toEqual([]);
    // proper-lockfile's signal-exit would listen.
    expect([signals, handles]).toEqual([[], []]);
  });

  it("prints the version of the package", async () => {
    const box = sandbox();
    for (const flag of ["--version", "-V"])
      expect(await box.run([flag])).toMatchObject({
        code: 0,
        out: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/),
        err: "",
      });
  });
});
