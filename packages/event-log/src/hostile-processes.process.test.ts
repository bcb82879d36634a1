import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { createDirectoryLock } from "@agentlog/durable-fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openEventLog } from "./index.js";

/** What is done to processes that append: stopped anywhere, ended in the middle, many at once. */

const fixture = (name: string): string => fileURLToPath(new URL(`../test-fixtures/${name}`, import.meta.url));
const isLong = process.env["AGENTLOG_LONG"] !== undefined;
const whenLong = isLong ? "" : " (skipped: set AGENTLOG_LONG)";
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

const freshFile = (): string => join(dir, `log-${places++}`, "events.jsonl");

type Signal = "SIGINT" | "SIGTERM" | "SIGHUP";
type End = readonly [code: number | null, signal: Signal | "SIGKILL" | null];

interface Appender {
  readonly child: ChildProcess;
  readonly ended: Promise<End>;
  /** What it printed, in whole lines. */
  lines(): readonly string[];
  /** Resolves once it has printed so many lines. */
  said(count: number): Promise<void>;
}

function start(way: string, file: string, ...args: readonly (string | number)[]): Appender {
  const { NODE_EXTRA_CA_CERTS: _certificates, ...env } = process.env;
  const child = spawn(process.execPath, [fixture("hostile-appender.mjs"), way, file, ...args.map(String)], {
    stdio: ["ignore", "pipe", "ignore"],
    env,
  });
  children.push(child);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  const lines = (): readonly string[] => output.split("\n").slice(0, -1);
  return {
    child,
    ended: once(child, "close") as Promise<unknown> as Promise<End>,
    lines,
    said: async (count) => {
      while (lines().length < count && child.exitCode === null) await sleep(5);
      expect(lines().length).toBeGreaterThanOrEqual(count);
    },
  };
}

/** Each acknowledged event is in the log once, with the number its caller was told, and no number is there twice. */
async function provesAll(file: string, acknowledged: readonly string[]): Promise<readonly string[]> {
  const { events } = await openEventLog(file).readAll();
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  for (const line of acknowledged) {
    const [id, seq] = line.split(" ");
    expect(events[Number(seq)]?.id).toBe(id);
  }
  return events.map(({ id }) => id);
}

/** The next process does not wait for anybody. */
async function appendsAtOnce(file: string): Promise<void> {
  const next = openEventLog(file, { lockTimeoutMs: 0 });
  await expect(next.append({ type: "note.taken", data: {} })).resolves.toMatchObject({ status: "appended" });
  await next.close();
  if (existsSync(`${file}.lock`)) expect(readdirSync(`${file}.lock`)).toEqual([]);
}

describe.concurrent("a writer that is stopped while it holds the lock", () => {
  for (const [times, skipped] of [
    [1, ""],
    [2, ""],
    [10, whenLong],
  ] as const) {
    const name = `[H-52] for ${times} times staleMs is not robbed, before its last look or after it${skipped}`;
    it.skipIf(skipped !== "")(name, async () => {
      const stopAt = async (point: "fence" | "write"): Promise<void> => {
        const file = freshFile();
        const stopped = start("stop", file, point);
        await stopped.said(1);
        const lock = createDirectoryLock(`${file}.lock`, { staleMs: STALE_MS });
        const waiter = openEventLog(file, { lock, lockTimeoutMs: times * STALE_MS + 200 });
        await expect(waiter.append({ type: "note.taken", data: {}, id: "late" })).rejects.toMatchObject({
          code: "LOCK_TIMEOUT",
          holder: `process ${stopped.child.pid} (alive)`,
        });
        stopped.child.kill("SIGCONT");
        expect(await stopped.ended).toEqual([0, null]);
        expect(await provesAll(file, stopped.lines().slice(1))).toEqual(["stopped"]);
        await appendsAtOnce(file);
      };
      await Promise.all([stopAt("fence"), stopAt("write")]);
    });
  }

  it.each(["fence", "write"] as const)(
    "[H-52] at its %s, and robbed by somebody who removes the lock, appends again, with a number of its own",
    async (point) => {
      const file = freshFile();
      const stopped = start("stop", file, point);
      await stopped.said(1);
      rmSync(`${file}.lock`, { recursive: true });
      const robber = openEventLog(file);
      const acknowledged = await robber.appendMany(["a", "b", "c"].map((id) => ({ type: "note.taken", data: {}, id })));
      stopped.child.kill("SIGCONT");
      expect(await stopped.ended).toEqual([0, null]);
      const told = acknowledged.map(({ id, seq }) => `${id} ${seq}`);
      expect(await provesAll(file, [...told, ...stopped.lines().slice(1)])).toEqual(["a", "b", "c", "stopped"]);
      expect((await robber.readAll()).damage.map(({ kind }) => kind)).toEqual(point === "write" ? ["stale"] : []);
      await appendsAtOnce(file);
    },
  );
});

describe.concurrent("a process that ends in the middle of its appends", () => {
  /** It ends as it would without a log, leaves the lock free, and all that was acknowledged is there. */
  const expectEnd = async (way: string, signal: Signal | undefined, end: End): Promise<void> => {
    const file = freshFile();
    const dying = start(way, file);
    if (signal !== undefined) {
      await dying.said(50);
      dying.child.kill(signal);
    }
    const late = sleep(30_000, "still runs", { ref: false });
    expect(await Promise.race([dying.ended, late])).toEqual(end);
    await provesAll(file, dying.lines());
    await appendsAtOnce(file);
  };

  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "[H-63] by %s, also when it does nothing but append",
    async (signal) => {
      await expectEnd("async", signal, [null, signal]);
    },
  );

  it("[H-63] by SIGINT and SIGTERM in a loop that appends and never turns", async () => {
    await expectEnd("sync", "SIGINT", [null, "SIGINT"]);
    await expectEnd("sync", "SIGTERM", [null, "SIGTERM"]);
  });

  it.each<[string, string, End]>([
    ["an uncaught error", "throw", [1, null]],
    ["a rejection that nobody handles", "reject", [1, null]],
    ["process.exit(7)", "exit", [7, null]],
  ])("[H-63] by %s, with its exit code", async (_, way, end) => {
    await expectEnd(way, undefined, end);
  });
});

describe("many writers of one log", () => {
  it("[H-62] forked by node:cluster, with a log that both open before the fork, lose nothing", async () => {
    const file = freshFile();
    const primary = start("cluster", file, 20);
    expect(await primary.ended).toEqual([0, null]);
    expect(await provesAll(file, primary.lines())).toHaveLength(20 * 6);
  });

  it("[H-62] eight worker threads and their main thread lose nothing", async () => {
    const file = freshFile();
    const acknowledged: string[] = [];
    const workers = Array.from({ length: 8 }, () => {
      const worker = new Worker(fixture("appender.mjs"), { workerData: [file, 30, 2] });
      worker.on("message", (text: string) => acknowledged.push(...text.trimEnd().split("\n")));
      return once(worker, "exit");
    });
    const log = openEventLog(file);
    for (let n = 0; n < 30; n++) {
      const { id, seq } = await log.append({ type: "note.taken", data: { n } });
      acknowledged.push(`${id} ${seq}`);
    }
    expect((await Promise.all(workers)).flat()).toEqual(Array.from({ length: 8 }, () => 0));
    expect(await provesAll(file, acknowledged)).toHaveLength(9 * 30);
  });

  const several = async (processes: number, events: number, many: number): Promise<void> => {
    const file = freshFile();
    const all = Array.from({ length: processes }, () => start("count", file, events, many, 300_000));
    for (const { ended } of all) expect(await ended).toEqual([0, null]);
    const acknowledged = all.flatMap(({ lines }) => lines());
    expect(acknowledged).toHaveLength(processes * events);
    expect(await provesAll(file, acknowledged)).toHaveLength(processes * events);
  };

  it("[H-64] 16 processes of 25 events each lose nothing", async () => await several(16, 25, 5));
  it("[H-64] 20 processes of 5 events each lose nothing", async () => await several(20, 5, 1));
  it.skipIf(!isLong)(
    `[H-64] 16 processes of 1,000 events each lose nothing${whenLong}`,
    { timeout: 600_000 },
    async () => {
      await several(16, 1_000, 5);
    },
  );
  it.skipIf(!isLong)(
    `[H-64] 200 processes of 5 events each lose nothing${whenLong}`,
    { timeout: 600_000 },
    async () => {
      await several(200, 5, 1);
    },
  );
});

describe("a sync that takes long", () => {
  it("[H-65] keeps nobody waiting: it runs outside the lock", async () => {
    const file = freshFile();
    const log = openEventLog(file, { lockTimeoutMs: 1_000 });
    await log.append({ type: "note.taken", data: {} });
    const slow = start("slow", file, "fdatasyncSync", 30_000);
    await slow.said(1);
    // Behind the other's event, which is written and not yet acknowledged.
    await expect(log.append({ type: "note.taken", data: {} })).resolves.toMatchObject({ seq: 2 });
    slow.child.kill("SIGKILL");
    await slow.ended;
    expect(slow.lines()).toEqual(["syncing"]);
  });

  it("[H-65] of a new log's name, which is under the lock, is waited for as asked; then LOCK_TIMEOUT names whose it is", async () => {
    const file = freshFile();
    mkdirSync(dirname(file));
    const slow = start("slow", file, "fsyncSync", 30_000);
    await slow.said(1);
    const waiter = openEventLog(file, { lockTimeoutMs: 300 });
    const holder = `process ${slow.child.pid} (alive)`;
    await expect(waiter.append({ type: "note.taken", data: {} })).rejects.toMatchObject({
      code: "LOCK_TIMEOUT",
      holder,
      message: expect.stringContaining(holder) as string,
    });
    slow.child.kill("SIGKILL");
    await slow.ended;
    await appendsAtOnce(file);
  });
});
