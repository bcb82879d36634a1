import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { describe, expect, it } from "vitest";
import { nodeDisk, type Disk } from "./disk.js";
import { createDirectoryLock } from "./lock/directory-lock.js";
import { inspectLock, type LockEntry } from "./lock/inspect-lock.js";
import { currentProcess, currentThread, describeOwner, livenessOf } from "./process-identity.js";

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

describe.skipIf(process.platform !== "linux")("currentThread", () => {
  const here = currentProcess();
  const other = here.pid + 1;
  const inThread = (link: string, stat: (path: string) => string): Disk => ({
    ...withStat(stat),
    readlinkSync: ((path: string) =>
      path === "/proc/thread-self" ? link : nodeDisk.readlinkSync(path)) as Disk["readlinkSync"],
  });
  const found = (): string => statLine("R", "42");

  it("[DF-2] is the process in its main thread", () => {
    expect(currentThread()).toEqual(here);
    expect(describeOwner(currentThread())).toBe(`process ${process.pid}`);
  });

  it("[DF-2] has a number and a start time of its own in another thread", () => {
    const disk = inThread(`${here.pid}/task/${other}`, found);
    expect(currentThread(disk)).toEqual({ ...here, pid: other, startTime: "42" });
    expect(currentProcess(disk)).toEqual(here);
  });

  it.each([
    ["/proc is another pid namespace's", `${other}/task/${other + 1}`, found],
    ["others could not look it up", `${here.pid}/task/${other}`, missing],
    ["the link is something else", "self", found],
  ])("[DF-2] is the process where %s", (_, link, stat) => {
    expect(currentThread(inThread(link, stat))).toEqual(here);
  });

  it("[DF-2] a living worker thread is alive and told as a thread; terminated, it is dead", async () => {
    const dir = mkdtempSync(join(tmpdir(), "agentlog-"));
    const path = join(dir, "held.lock");
    const built = new URL("../dist/index.js", import.meta.url).href;
    const worker = new Worker(
      `const { workerData, parentPort } = require("node:worker_threads");
       import(workerData.built).then(({ createDirectoryLock, inspectLock }) =>
         createDirectoryLock(workerData.path).run(async () => {
           parentPort.postMessage(inspectLock(workerData.path).owners[0]);
           await new Promise((resolve) => parentPort.once("message", resolve));
         }));`,
      { eval: true, workerData: { built, path } },
    );
    try {
      const [{ pid, liveness }] = (await once(worker, "message")) as [LockEntry];
      expect(liveness).toBe("alive");
      const lock = createDirectoryLock(path);
      await expect(lock.run(() => 1, { timeoutMs: 50 })).rejects.toMatchObject({
        code: "LOCK_TIMEOUT",
        holder: `thread ${pid} of process ${process.pid} (alive)`,
      });
      await worker.terminate();
      expect(inspectLock(path).owners).toMatchObject([{ pid, liveness: "dead" }]);
      expect(await lock.run(() => "taken", { timeoutMs: 5_000 })).toBe("taken");
    } finally {
      await worker.terminate();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
