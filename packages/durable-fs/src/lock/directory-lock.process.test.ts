import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { currentProcess } from "../process-identity.js";
import { lockConformance, type LockProcesses } from "../testing/lock-conformance.js";
import { createDirectoryLock } from "./directory-lock.js";
import { formatOwnerEntry } from "./owner-entry.js";

const fixture = (name: string): string => fileURLToPath(new URL(`../../test-fixtures/${name}`, import.meta.url));

let dir: string;
let children: ChildProcess[];
let paths = 0;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

const start = async (path: string, mode: string): Promise<ChildProcess> => {
  const child = spawn(process.execPath, [fixture("hold-lock.mjs"), path, mode], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  await once(present(child.stdout), "data");
  return child;
};

const processes: LockProcesses = {
  hold: async (path) => {
    const child = await start(path, "keep");
    return {
      pid: child.pid!,
      end: async (how) => {
        const ended = once(child, "exit");
        if (how === "kill") child.kill("SIGKILL");
        else child.stdin!.write("exit\n");
        await ended;
      },
    };
  },
};

describe("createDirectoryLock conforms to the lock port", () => {
  for (const { name, run } of lockConformance(createDirectoryLock, () => join(dir, `lock-${paths++}`), processes)) {
    it(name, run);
  }
});

describe("a process that holds a lock", () => {
  it("[DF-4] is not kept alive by it, and leaves it free", async () => {
    const lock = join(dir, "lock");
    const child = await start(lock, "unref");
    child.stdin!.end();
    const [code] = (await once(child, "exit")) as [number];
    // 13: Node's word for "ended while a top-level promise was waiting"; here none is, so 0.
    expect(code).toBe(0);
    expect(readdirSync(lock)).toEqual([]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)(
    "[DF-4] [H-63] ends at %s with that signal, and leaves it free",
    async (signal) => {
      const lock = join(dir, "lock");
      const child = await start(lock, "interrupt");
      child.kill(signal);
      expect(await once(child, "exit")).toEqual([null, signal]);
      expect(readdirSync(lock)).toEqual([]);
    },
  );

  it("[DF-2] [H-52] is not robbed while it is stopped; it is replaced once it is killed", async () => {
    const path = join(dir, "lock");
    const child = await start(path, "keep");
    child.kill("SIGSTOP");
    const lock = createDirectoryLock(path, { staleMs: 2_000 });
    await expect(lock.run(() => "robbed", { timeoutMs: 2_600 })).rejects.toMatchObject({ code: "LOCK_TIMEOUT" });
    const waiting = lock.run(() => performance.now(), { timeoutMs: 2_000 });
    child.kill("SIGKILL");
    await expect(waiting).resolves.toBeGreaterThan(0);
  });

  it("[DF-2] [H-57] killed and not yet reaped, a zombie, it is replaced at once", async () => {
    const path = join(dir, "lock");
    // sh becomes the parent and does not reap: `exec sleep` replaces it.
    const parent = spawn(
      "sh",
      ["-c", `"$0" "$1" "$2" keep & exec sleep 30`, process.execPath, fixture("hold-lock.mjs"), path],
      {
        stdio: ["pipe", "pipe", "inherit"],
      },
    );
    children.push(parent);
    await once(parent.stdout, "data");
    const pid = Number(readdirSync(path)[0]?.split(".")[1]);
    process.kill(pid, "SIGKILL");
    const started = performance.now();
    expect(await createDirectoryLock(path).run(() => "replaced", { timeoutMs: 2_000 })).toBe("replaced");
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});

describe("loading", () => {
  it("[DF-4] proper-lockfile and its signal listeners come with the first asynchronous hold, not before", () => {
    const { stdout, status } = spawnSync(process.execPath, [fixture("lazy-load.mjs"), join(dir, "lock")], {
      encoding: "utf8",
    });
    expect(status).toBe(0);
    type State = { readonly loaded: boolean; readonly listeners: number };
    const { imported, opened, synchronous, taken } = JSON.parse(stdout) as Record<string, State>;
    const loaded = [imported, opened, synchronous, taken].map((state) => present(state).loaded);
    expect(loaded).toEqual([false, false, false, true]);
    expect(present(opened).listeners).toBe(present(imported).listeners);
    // One for the end of the process, to remove what is kept for a next hold.
    expect(present(synchronous).listeners).toBeLessThanOrEqual(present(imported).listeners + 1);
    expect(present(taken).listeners).toBeGreaterThan(present(synchronous).listeners);
  });
});

describe("sweep", () => {
  it("[DF-1] [H-51] removes the prepared directories of dead processes, and no other", () => {
    const path = join(dir, "lock");
    const dead = spawnSync("true").pid;
    const prepare = (pid: number, nonce: string, identity = {}): string => {
      const entry = formatOwnerEntry({ ...currentProcess(), pid, startTime: "1", nonce, ...identity });
      mkdirSync(`${path}.${entry}`);
      writeFileSync(join(`${path}.${entry}`, entry), "");
      return `lock.${entry}`;
    };
    const kept = [
      prepare(process.pid, "ours", currentProcess()),
      prepare(dead, "foreign", { bootId: "0".repeat(12) }),
      prepare(dead, "contained", { pidNamespace: "1" }),
    ];
    writeFileSync(`${path}.txt`, "");
    mkdirSync(`${path}.o1.nonsense`);
    for (let n = 0; n < 100; n++) prepare(dead, `n${n}`);
    createDirectoryLock(path).sweep();
    expect(readdirSync(dir).sort()).toEqual([...kept, "lock.o1.nonsense", "lock.txt"].sort());
  });

  it("[DF-1] leaves what a dead process left with something else in it", () => {
    const path = join(dir, "lock");
    const entry = formatOwnerEntry({ ...currentProcess(), pid: spawnSync("true").pid, startTime: "1", nonce: "x" });
    mkdirSync(`${path}.${entry}`);
    writeFileSync(join(`${path}.${entry}`, "precious"), "");
    createDirectoryLock(path).sweep();
    expect(existsSync(join(`${path}.${entry}`, "precious"))).toBe(true);
  });
});

/** A value that a test knows to be there. */
function present<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error("nothing there");
  return value;
}
