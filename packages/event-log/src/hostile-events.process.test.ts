import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { type Lock } from "@agentlog/durable-fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog } from "./index.js";
import { present } from "./testing/present.js";

const appender = fileURLToPath(new URL("../test-fixtures/appender.mjs", import.meta.url));
const built = new URL("../dist/index.js", import.meta.url).href;

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

function start(body: string): { readonly child: ChildProcess; readonly output: () => string } {
  const program = `import { openEventLog } from ${JSON.stringify(built)};
    const log = openEventLog(${JSON.stringify(file)});
    ${body}`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["pipe", "pipe", "inherit"] });
  children.push(child);
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
  return { child, output: () => text };
}

/** For what is not about the lock. */
const alone: Lock = {
  run: async (critical) => await critical({ stillHeld: () => true }),
  runSync: (critical) => critical({ stillHeld: () => true }),
  sweep: () => {},
  close: () => {},
};

describe("an append when its program ends", () => {
  it("[H-47] append in an exit handler is never acknowledged: it is in the log only where an appendSync takes it along", async () => {
    const { child, output } = start(`
      await log.append({ type: "started", data: {} });
      process.on("exit", () => {
        log.append({ type: "too late", data: {} }).then(() => console.log("acknowledged"));
        log.appendSync({ type: "ended", data: {} });
        log.append({ type: "too late as well", data: {} });
      });
      process.exit(3);`);
    expect(await once(child, "close")).toEqual([3, null]);
    expect(output()).toBe("");
    const { events } = await openEventLog(file).readAll({ strict: true });
    expect(events.map(({ type }) => type)).toEqual(["started", "too late", "ended"]);
    expect(await openEventLog(file, { lockTimeoutMs: 2_000 }).append({ type: "next", data: {} })).toMatchObject({ seq: 3 }); // prettier-ignore
  });

  it("[H-47] append and appendSync after close, in an exit handler: CLOSED, and nothing else breaks", async () => {
    const { child, output } = start(`
      await log.append({ type: "started", data: {} });
      await log.close();
      process.on("exit", () => {
        try { log.appendSync({ type: "late", data: {} }); } catch ({ code }) { console.log(code); }
        log.append({ type: "late", data: {} }).catch(() => {});
      });`);
    expect(await once(child, "close")).toEqual([0, null]);
    expect(output()).toBe("CLOSED\n");
    expect((await openEventLog(file).readAll({ strict: true })).events).toHaveLength(1);
  });

  it("[H-47] a worker thread terminated while it appends: all it was told is there, once", async () => {
    const acknowledged: string[] = [];
    for (let round = 0; round < 6; round++) {
      rmSync(`${file}.lock`, { recursive: true, force: true });
      const worker = new Worker(appender, { workerData: [file, 1_000_000, 3] });
      worker.on("message", (text: string) => acknowledged.push(text));
      await once(worker, "message");
      await new Promise((resolve) => setTimeout(resolve, round * 3));
      await worker.terminate();
      await openEventLog(file, { lock: alone }).append({ type: "main", data: {} });
    }
    const { events } = await openEventLog(file).readAll();
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    for (const line of acknowledged.join("").trimEnd().split("\n")) {
      const [id, seq] = line.split(" ");
      expect(events[Number(seq)]?.id).toBe(id);
    }
    expect(events.filter(({ type }) => type === "main")).toHaveLength(6);
    expect((await openEventLog(file).verify()).damage.filter(({ kind }) => kind === "chain")).toEqual([]);
  });

  /** A thread that is stopped for good in the middle of its write, the lock in its hand. */
  const stopThread = async (): Promise<void> => {
    const worker = new Worker(
      `const { workerData, parentPort } = require("node:worker_threads");
       import(workerData.built).then(async ({ openEventLog }) => {
         const fs = require("node:fs");
         const writeSync = () => {
           parentPort.postMessage("writing");
           Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
         };
         await openEventLog(workerData.file, { disk: { ...fs, writeSync } }).append({ type: "a", data: {} });
       });`,
      { eval: true, workerData: { built, file } },
    );
    await once(worker, "message");
    await worker.terminate();
  };

  // Elsewhere the lock knows its holder by the process, which lives on: until it ends, nobody gets the lock.
  it.skipIf(process.platform !== "linux")(
    "[H-47] a worker thread terminated with the lock in its hand: others in the process go on",
    async () => {
      await stopThread();
      const result = await openEventLog(file, { lockTimeoutMs: 1_000 }).append({ type: "b", data: {} });
      expect(result).toMatchObject({ seq: 0 });
    },
  );
});

describe("one id from two processes at the same time", () => {
  /** Both wait for a line on stdin, so that they begin together. */
  const race = async (options: string): Promise<readonly { seq?: number; code?: string; actual?: number }[]> => {
    const racers = [0, 1].map(() =>
      start(`
        await new Promise((resolve) => process.stdin.once("data", resolve));
        const result = await log.append({ type: "order.paid", data: {}, id: "order-7-paid" }, ${options}).catch(({ code, actual }) => ({ code, actual }));
        console.log(JSON.stringify(result));
        process.stdin.destroy();`),
    );
    await new Promise((resolve) => setTimeout(resolve, 300));
    for (const { child } of racers) present(child.stdin).write("go\n");
    await Promise.all(racers.map(async ({ child }) => await once(child, "close")));
    return racers.map(({ output }) => JSON.parse(output()) as { seq?: number });
  };

  it("[H-49] with expectedSeq one is accepted, and the other is told where", async () => {
    await openEventLog(file).append({ type: "order.placed", data: {} });
    const results = await race("{ expectedSeq: 0 }");
    const accepted = results.find(({ seq }) => seq !== undefined);
    const refused = results.find(({ seq }) => seq === undefined);
    expect([accepted?.seq, refused]).toEqual([1, { code: "SEQ_CONFLICT", actual: 1 }]);
    const { events } = await openEventLog(file).readAll({ strict: true });
    // Both callers can learn the same number: the event with the id is at it.
    expect(events.map(({ id }) => id).indexOf("order-7-paid")).toBe(refused?.actual);
    expect(events).toHaveLength(2);
  });

  it("[H-49] without it both are events: an id names, it does not make unique", async () => {
    const results = await race("{}");
    expect(results.map(({ seq }) => seq).toSorted()).toEqual([0, 1]);
    const { events } = await openEventLog(file).readAll({ strict: true });
    expect(events.map(({ id }) => id)).toEqual(["order-7-paid", "order-7-paid"]);
  });
});
