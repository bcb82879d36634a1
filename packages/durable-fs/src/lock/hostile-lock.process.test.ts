import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { currentProcess, livenessOf } from "../process-identity.js";
import { isRoot } from "../testing/as-user.js";
import { createDirectoryLock } from "./directory-lock.js";
import { formatOwnerEntry, parseOwnerEntry } from "./owner-entry.js";

/** What is done to processes that hold a lock or wait for one: stopped, stalled, with a clock that jumps, in containers. */

const ORDERS = fileURLToPath(new URL("../../test-fixtures/lock-orders.mjs", import.meta.url));
const HOUR = 3_600_000;
/** The least there is: an hour of a stopped process is, against it, two seconds and a half. */
const STALE_MS = 2_000;

let dir: string;
let children: ChildProcess[];
let places = 0;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  children = [];
});
afterAll(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

interface Participant {
  readonly child: ChildProcess;
  /** Resolves with the next answer. */
  tell(...order: readonly (string | number)[]): Promise<unknown>;
}

async function start(command: string = process.execPath, args: readonly string[] = [ORDERS]): Promise<Participant> {
  const { NODE_EXTRA_CA_CERTS: _certificates, ...env } = process.env;
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"], env });
  children.push(child);
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async (): Promise<unknown> => JSON.parse(String((await answers.next()).value)) as unknown;
  expect(await next()).toBe("ready");
  return {
    child,
    tell: async (...order) => {
      child.stdin.write(`${order.join(" ")}\n`);
      return await next();
    },
  };
}

const freshPath = (): string => join(dir, `lock-${places++}`);
const timeoutOf = (pid: number | undefined): object => ({
  code: "LOCK_TIMEOUT",
  holder: expect.stringContaining(`process ${pid} (alive)`) as string,
});

describe.concurrent("a lock of processes", () => {
  it("[H-53] a waiter that was stopped for longer than staleMs does not take a live lock when it goes on", async () => {
    const path = freshPath();
    const entry = join(path, formatOwnerEntry({ ...currentProcess(), bootId: "0123456789ab", nonce: "n" }));
    mkdirSync(path);
    writeFileSync(entry, "");
    const waiter = await start();
    const answer = waiter.tell("wait", path, STALE_MS, 3_600);
    await sleep(300);
    // The whole machine sleeps: who holds it, where nobody can see it, does not refresh its entry either.
    waiter.child.kill("SIGSTOP");
    await sleep(STALE_MS + 500);
    waiter.child.kill("SIGCONT");
    const refreshing = setInterval(() => utimesSync(entry, new Date(), new Date()), 100);
    expect(await answer).toMatchObject({ code: "LOCK_TIMEOUT", holder: expect.stringContaining("another machine") });
    clearInterval(refreshing);
    expect(readdirSync(path)).toHaveLength(1);
  });

  it("[H-53] nor a waiter that was stopped while it waits for a process that is stopped", async () => {
    const path = freshPath();
    const [holder, waiter] = await Promise.all([start(), start()]);
    await holder.tell("hold", path, STALE_MS);
    const answer = waiter.tell("wait", path, STALE_MS, STALE_MS + 1_000);
    await sleep(200);
    for (const { child } of [holder, waiter]) child.kill("SIGSTOP");
    await sleep(STALE_MS + 300);
    waiter.child.kill("SIGCONT");
    expect(await answer).toMatchObject(timeoutOf(holder.child.pid));
    holder.child.kill("SIGCONT");
    expect(await holder.tell("look")).toBe(true);
  });

  it("[H-54] a holder whose event loop stands still for longer than staleMs is not robbed, and holds it afterwards", async () => {
    const path = freshPath();
    const holder = await start();
    await holder.tell("hold", path, STALE_MS);
    const awake = holder.tell("block", STALE_MS + 600);
    const waiting = createDirectoryLock(path, { staleMs: STALE_MS }).run(() => 1, { timeoutMs: STALE_MS + 300 });
    await expect(waiting).rejects.toMatchObject(timeoutOf(holder.child.pid));
    expect(await awake).toBe("awake");
    // Its refresh comes late, and finds the lock its own.
    await sleep(100);
    expect(await holder.tell("look")).toBe(true);
  });

  it("[H-54] a process that stands still outside keeps nobody from the lock it gave back", async () => {
    const path = freshPath();
    const holder = await start();
    await holder.tell("hold", path, STALE_MS);
    await holder.tell("give");
    const awake = holder.tell("block", 500);
    expect(await createDirectoryLock(path).run(() => "got it", { timeoutMs: 400 })).toBe("got it");
    expect(await awake).toBe("awake");
  });

  it("[H-55] with a clock that jumps an hour on, an hour back, 20 years on or to 1970 nobody robs, nor believes to be robbed", async () => {
    const jumps = [HOUR, -HOUR, 20 * 365.25 * 24 * HOUR, -Date.now()];
    const afterJump = async (ms: number): Promise<void> => {
      const path = freshPath();
      const [holder, waiter] = await Promise.all([start(), start()]);
      await holder.tell("hold", path, STALE_MS);
      await holder.tell("clock", ms);
      // Two refreshes by the changed clock.
      const early = waiter.tell("wait", path, STALE_MS, STALE_MS + 300);
      expect(await early, String(ms)).toMatchObject(timeoutOf(holder.child.pid));
      expect(await holder.tell("look"), String(ms)).toBe(true);
      await waiter.tell("clock", ms);
      expect(await waiter.tell("wait", path, STALE_MS, 200)).toMatchObject(timeoutOf(holder.child.pid));
      const late = waiter.tell("wait", path, STALE_MS, 20_000);
      holder.child.kill("SIGKILL");
      expect(await late, String(ms)).toBe("got it");
    };
    const ofAnotherMachine = async (ms: number): Promise<void> => {
      const path = freshPath();
      mkdirSync(path);
      writeFileSync(join(path, formatOwnerEntry({ ...currentProcess(), bootId: "0123456789ab", nonce: "n" })), "");
      const waiter = await start();
      await waiter.tell("clock", ms);
      expect(await waiter.tell("wait", path, STALE_MS, STALE_MS - 500)).toMatchObject({ code: "LOCK_TIMEOUT" });
    };
    await Promise.all([...jumps.map(afterJump), ...[HOUR, -HOUR].map(ofAnotherMachine)]);
  });

  const canUnshare = process.platform === "linux" && isRoot;
  it.skipIf(!canUnshare)(
    `[H-57] a holder in another container is left alone while it refreshes, and replaced after staleMs once it is dead${canUnshare ? "" : " (skipped: unshare needs root on Linux)"}`,
    async () => {
      const path = freshPath();
      const contained = ["--pid", "--fork", "--kill-child", "--mount-proc", process.execPath, ORDERS];
      const [holder, outside] = await Promise.all([start("unshare", contained), start()]);
      await holder.tell("hold", path, STALE_MS);
      const [entry = ""] = readdirSync(path);
      expect(entry).toMatch(/^o1\.1\./);
      expect(entry).not.toContain(`.${currentProcess().pidNamespace}.`);
      expect(await outside.tell("wait", path, STALE_MS, STALE_MS * 1.5)).toMatchObject({
        code: "LOCK_TIMEOUT",
        holder: expect.stringContaining("another machine or container") as string,
      });
      expect(await holder.tell("look")).toBe(true);
      const late = outside.tell("wait", path, STALE_MS, 30_000);
      holder.child.kill("SIGKILL");
      expect(await late).toBe("got it");
    },
  );

  it.skipIf(!canUnshare)(
    `[H-57] and a waiter in a container leaves alone who is outside${canUnshare ? "" : " (skipped: unshare needs root on Linux)"}`,
    async () => {
      const path = freshPath();
      const contained = ["--pid", "--fork", "--kill-child", process.execPath, ORDERS];
      const [waiter, holder] = await Promise.all([start("unshare", contained), start()]);
      await holder.tell("hold", path, STALE_MS);
      expect(await waiter.tell("wait", path, STALE_MS, STALE_MS * 1.5)).toMatchObject({ code: "LOCK_TIMEOUT" });
      expect(await holder.tell("look")).toBe(true);
      waiter.child.kill("SIGKILL");
    },
  );

  it.skipIf(process.platform === "win32")(
    "[H-60] a process without a descriptor left is told so, and afterwards holds the lock under its right name",
    async () => {
      const path = freshPath();
      const child = await start("bash", ["-c", 'ulimit -n 48; exec "$@"', "bash", process.execPath, ORDERS]);
      const [refused, entry] = (await child.tell("exhaust", path)) as readonly string[];
      expect(refused).toBe("IO_ERROR EMFILE");
      expect(livenessOf(parseOwnerEntry(entry!)!)).toBe("alive");
    },
  );

  it("[H-51] killed between making the private directory and renaming it, a process leaves what the next one sweeps", async () => {
    const path = freshPath();
    const { NODE_EXTRA_CA_CERTS: _certificates, ...env } = process.env;
    const child = spawn(process.execPath, [ORDERS, "prepare", path], { stdio: "ignore", env });
    expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
    const beside = (): string[] => readdirSync(dir).filter((name) => name.startsWith(`${path.slice(dir.length + 1)}.`));
    expect(beside()).toHaveLength(1);
    const lock = createDirectoryLock(path);
    expect(lock.runSync(() => "got it", { timeoutMs: 0 })).toBe("got it");
    lock.sweep();
    expect(beside()).toEqual([]);
  });
});
