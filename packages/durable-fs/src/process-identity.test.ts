import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { nodeDisk, type Disk } from "./disk.js";
import { currentProcess, livenessOf } from "./process-identity.js";

/** A disk whose /proc/<pid>/stat says what it is told. */
const withStat = (text: (path: string) => string): Disk => ({
  ...nodeDisk,
  readFileSync: ((path: string, ...rest: []) =>
    /^\/proc\/\d+\/stat$/.test(path) ? text(path) : nodeDisk.readFileSync(path, ...rest)) as Disk["readFileSync"],
});
const statLine = (state: string, start: string, name = "node"): string =>
  `7 (${name}) ${state} ${Array.from({ length: 18 }, (_, n) => n).join(" ")} ${start} 0 0\n`;
const missing = (): never => {
  throw Object.assign(new Error("ENOENT"), { code: "ENOENT" });
};

describe.skipIf(process.platform !== "linux")("livenessOf", () => {
  const here = currentProcess();
  const child = { ...here, pid: process.ppid };

  it("[DF-2] knows this process, by its start time, not by its pid alone", () => {
    expect(livenessOf(here)).toBe("alive");
    expect(livenessOf({ ...here, startTime: `${here.startTime}1` })).toBe("dead");
    expect(here.startTime).toBe(readFileSync("/proc/self/stat", "latin1").split(") ")[1]?.split(" ")[19]);
  });

  it("[DF-2] knows a process that is gone", () => {
    expect(livenessOf({ ...here, pid: spawnSync("true").pid, startTime: "1" })).toBe("dead");
  });

  it.each([
    ["Z", "dead"],
    ["X", "dead"],
    ["x", "dead"],
    ["R", "alive"],
    ["T", "alive"],
    ["D", "alive"],
  ])("[DF-2] a process in state %s is %s", (state, expected) => {
    expect(
      livenessOf(
        { ...child, startTime: "42" },
        withStat(() => statLine(state, "42")),
      ),
    ).toBe(expected);
  });

  it("[DF-2] is not misled by a name with spaces, brackets and a state of its own", () => {
    const disk = withStat(() => statLine("R", "42", "evil) Z 1 2 (x"));
    expect(livenessOf({ ...child, startTime: "42" }, disk)).toBe("alive");
    expect(livenessOf({ ...child, startTime: "43" }, disk)).toBe("dead");
  });

  it("[DF-2] hidden by /proc, a process that takes signals is unknown, one that does not is dead", () => {
    expect(livenessOf({ ...child, startTime: "42" }, withStat(missing))).toBe("unknown");
    expect(livenessOf({ ...here, pid: spawnSync("true").pid, startTime: "1" }, withStat(missing))).toBe("dead");
  });

  it("[DF-2] without a start time to compare, the pid decides", () => {
    expect(livenessOf({ ...child, startTime: "0" })).toBe("alive");
    expect(
      livenessOf(
        { ...child, startTime: "42" },
        withStat(() => statLine("R", "0")),
      ),
    ).toBe("alive");
  });

  it.each([
    ["boot", { bootId: "0123456789ab" }],
    ["pid namespace", { pidNamespace: "1" }],
    ["pid 0", { pid: 0 }],
    ["a negative pid", { pid: -1 }],
    ["NaN", { pid: Number.NaN }],
    ["a fraction", { pid: 1.5 }],
    ["a pid no system has", { pid: 2 ** 31 + 1 }],
  ])("[DF-2] %s: nothing here can tell", (_, owner) => {
    expect(livenessOf({ ...here, startTime: "42", ...owner })).toBe("unknown");
  });

  it("is told apart from another boot or host where there is no /proc at all", () => {
    const bare: Disk = { ...nodeDisk, readFileSync: missing, readlinkSync: missing };
    const there = currentProcess(bare);
    expect(there).toMatchObject({ pid: process.pid, startTime: "0", pidNamespace: "0" });
    expect(there.bootId).toMatch(/^[0-9a-f]{12}$/);
    expect(livenessOf(there, bare)).toBe("alive");
    expect(livenessOf(here, bare)).toBe("unknown");
  });
});
