import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openEventLog } from "./index.js";
import { present } from "./testing/present.js";

const appender = fileURLToPath(new URL("../test-fixtures/appender.mjs", import.meta.url));

let dir: string;
let file: string;
let children: ChildProcess[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "log", "events.jsonl");
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

interface Appender {
  readonly child: ChildProcess;
  acknowledged: string;
}

function start(count: number, many: number): Appender {
  const child = spawn(process.execPath, [appender, file, String(count), String(many)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const running = { child, acknowledged: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (running.acknowledged += text));
  children.push(child);
  return running;
}

/** Each acknowledged event is in the log once, with the number its caller was told. Returns how many events there are. */
async function provesAll(acknowledgements: readonly string[]): Promise<number> {
  const { events, damage } = await openEventLog(file).readAll();
  expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
  expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  for (const line of acknowledgements.join("").trimEnd().split("\n")) {
    const [id, seq] = line.split(" ");
    expect(events[Number(seq)]?.id).toBe(id);
  }
  expect(damage.filter(({ kind }) => kind !== "torn" && kind !== "partial-batch")).toEqual([]);
  expect((await openEventLog(file).verify()).damage.filter(({ kind }) => kind === "chain")).toEqual([]);
  return events.length;
}

it("[EL-5] four processes lose nothing and give no number twice", async () => {
  const appenders = Array.from({ length: 4 }, (_, n) => start(150, n + 1));
  await Promise.all(appenders.map(async ({ child }) => expect(await once(child, "close")).toEqual([0, null])));
  expect(await provesAll(appenders.map(({ acknowledged }) => acknowledged))).toBeGreaterThanOrEqual(600);
}, 15_000);

it("[EL-5] one of them killed again and again: what it was told is there, the others go on", async () => {
  const steady = Array.from({ length: 3 }, () => start(200, 2));
  const killed: Appender[] = [];
  const ended = Promise.all(steady.map(async ({ child }) => await once(child, "close")));
  for (let round = 0; round < 4; round++) {
    const victim = start(1_000_000, 3);
    killed.push(victim);
    await once(present(victim.child.stdout), "data");
    await new Promise((resolve) => setTimeout(resolve, 10 + round * 7));
    victim.child.kill("SIGKILL");
    await once(victim.child, "close");
  }
  expect(await ended).toEqual([
    [0, null],
    [0, null],
    [0, null],
  ]);
  // What a killed process had time to print whole.
  await provesAll(
    [...steady, ...killed].map(({ acknowledged }) => acknowledged.slice(0, acknowledged.lastIndexOf("\n") + 1)),
  );
}, 20_000);

it("[EL-5] four worker threads and their main thread do the same", async () => {
  const log = openEventLog(file);
  const acknowledgements: string[] = [];
  const workers = Array.from({ length: 4 }, (_, n) => {
    const worker = new Worker(appender, { workerData: [file, 200, n + 1] });
    worker.on("message", (text: string) => acknowledgements.push(text));
    return once(worker, "exit");
  });
  for (let n = 0; n < 50; n++) {
    const { id, seq } = await log.append({ type: "main", data: { n } });
    acknowledgements.push(`${id} ${seq}\n`);
  }
  expect((await Promise.all(workers)).flat()).toEqual([0, 0, 0, 0]);
  expect(await provesAll(acknowledgements)).toBeGreaterThanOrEqual(850);
}, 15_000);

it("[H-47] appendSync works in an exit handler", async () => {
  const child = spawn(
    process.execPath,
    [
      "--input-type=module",
      "-e",
      `import { openEventLog } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
       const log = openEventLog(${JSON.stringify(file)});
       await log.append({ type: "started", data: {} });
       process.on("exit", () => log.appendSync({ type: "ended", data: {} }));
       process.exit(3);`,
    ],
    { stdio: "inherit" },
  );
  children.push(child);
  expect(await once(child, "exit")).toEqual([3, null]);
  expect((await openEventLog(file).readAll()).events.map(({ type }) => type)).toEqual(["started", "ended"]);
});
