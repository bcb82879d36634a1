import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { BINARY, sandbox } from "./testing/agentlog.js";

/** Tells on stderr, at the end, which of Node's own modules were asked for and what listens to the process. */
const SPY = `
const Module = require("node:module");
const asked = new Set();
const load = Module._load;
Module._load = function (name, ...rest) {
  asked.add(name.replace(/^node:/, ""));
  return load.call(this, name, ...rest);
};
process.on("exit", () => {
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"].filter((name) => process.listenerCount(name) > 0);
  const handles = process.getActiveResourcesInfo().filter((name) => name === "Timeout");
  require("node:fs").writeSync(2, JSON.stringify({ asked: [...asked], signals, handles }));
});`;

describe("the start", () => {
  const spied = async (...args: string[]): Promise<{ asked: string[]; signals: string[]; handles: string[] }> => {
    const box = sandbox();
    const spy = join(box.dir, "spy.cjs");
    writeFileSync(spy, SPY);
    const { code, err } = await box.spawn(process.execPath, ["--require", spy, BINARY, ...args], { input: "" }).over;
    expect(code).toBe(0);
    return JSON.parse(err);
  };

  it("needs nothing but the bundles: every other module asked for is Node's own", async () => {
    const { builtinModules } = await import("node:module");
    for (const args of [["--version"], [], ["where"]]) {
      const { asked } = await spied(...args);
      expect(asked.filter((name) => ![BINARY, "./main.cjs"].includes(name) && !builtinModules.includes(name))).toEqual(
        [],
      );
    }
  });

  it("of --version and --help neither loads what commands need nor listens or waits for anything", async () => {
    for (const flag of ["--version", "--help"]) {
      const { asked, signals, handles } = await spied(flag);
      // What locks (proper-lockfile asks for assert), reads lines, or sums up what is written is not needed.
      for (const heavy of ["readline", "assert", "stream", "zlib", "worker_threads", "net", "http"])
        expect(asked, `${flag}: ${heavy}`).not.toContain(heavy);
      // proper-lockfile's signal-exit would listen.
      expect([signals, handles]).toEqual([[], []]);
    }
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
