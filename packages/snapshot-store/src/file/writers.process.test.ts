import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileSnapshotStore } from "../index.js";

const WORKER = fileURLToPath(new URL("../../test-fixtures/worker.mjs", import.meta.url));
const PROCESSES = 8;
const UPDATES = 200;

interface Counts {
  readonly total: number;
  readonly by: Readonly<Record<string, number>>;
}

let dir: string;
let children: ChildProcess[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  rmSync(dir, { recursive: true, force: true });
});

interface Worker {
  readonly child: ChildProcess;
  readonly over: Promise<{ readonly output: string; readonly code: number | null }>;
}

function start(...args: readonly string[]): Worker {
  const child = spawn(process.execPath, [WORKER, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  children.push(child);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  return { child, over: once(child, "close").then(([code]) => ({ output, code: code as number | null })) };
}

/** One worker after another until its share of acknowledged increments is done. */
async function countUntilDone(name: string, running: Map<string, ChildProcess>): Promise<number> {
  let acknowledged = 0;
  while (acknowledged < UPDATES) {
    const { child, over } = start("count", dir, name, String(UPDATES - acknowledged));
    running.set(name, child);
    const { output, code } = await over;
    running.delete(name);
    if (code !== null && code !== 0) throw new Error(`worker ${name} ended with ${code}`);
    acknowledged += output.length;
  }
  return acknowledged;
}

const names = Array.from({ length: PROCESSES }, (_, n) => `w${n}`);

async function counts(): Promise<Counts> {
  const found = await fileSnapshotStore<Counts>({ directory: dir }).load("counter");
  if (found === undefined) throw new Error("no document");
  return found.document;
}

describe("8 processes that update one document 200 times each", () => {
  it("lose no increment and make none twice", { timeout: 180_000 }, async () => {
    await Promise.all(names.map(async (name) => await countUntilDone(name, new Map())));
    const { total, by } = await counts();
    expect(total).toBe(PROCESSES * UPDATES);
    expect(by).toEqual(Object.fromEntries(names.map((name) => [name, UPDATES])));
    expect(readdirSync(join(dir, "counter"))).toEqual(["document.json"]);
    expect(readdirSync(join(dir, ".locks"))).toEqual([]);
  });

  it("have every acknowledged increment although one is killed every 100 ms", { timeout: 180_000 }, async () => {
    const running = new Map<string, ChildProcess>();
    let kills = 0;
    const done = new AbortController();
    const killer = (async () => {
      while (!done.signal.aborted && kills < 100) {
        await sleep(100);
        const victims = [...running.values()];
        if (victims[kills % Math.max(1, victims.length)]?.kill("SIGKILL")) kills++;
      }
    })();
    const acknowledged = await Promise.all(names.map(async (name) => await countUntilDone(name, running)));
    done.abort();
    await killer;
    const { total, by } = await counts();
    expect(kills).toBeGreaterThan(5);
    expect(acknowledged.reduce((sum, n) => sum + n, 0)).toBe(PROCESSES * UPDATES);
    expect(total).toBeGreaterThanOrEqual(PROCESSES * UPDATES);
    // Who is killed between the rename and the line has counted without telling: at most once a kill.
    expect(total).toBeLessThanOrEqual(PROCESSES * UPDATES + kills);
    for (const name of names) expect(by[name], name).toBeGreaterThanOrEqual(UPDATES);
    await fileSnapshotStore({ directory: dir }).save("counter", {});
    expect(readdirSync(join(dir, "counter"))).toEqual(["document.json"]);
    console.log(`${kills} kills, ${total} increments of which ${PROCESSES * UPDATES} were acknowledged`);
  });
});

describe("a process that dies in a save", () => {
  it(
    "[DF-5] [H-50] leaves the old document or the new one at whichever call it dies, and nothing after the next save",
    { timeout: 300_000 },
    async () => {
      const store = fileSnapshotStore<{ text: string }>({ directory: dir, keep: 2 });
      const texts = new Set<string>();
      let call = 0;
      for (let finished = false; !finished;) {
        // Two at a time, each in a folder of its own: a machine has at least two cores.
        const results = await Promise.all([die(++call), die(++call)]);
        finished = results.includes("finished");
        for (const result of results) texts.add(result);
      }
      expect(call).toBeGreaterThan(30);
      expect([...texts].toSorted()).toEqual(["finished", "new", "old"]);
      await store.close();
    },
  );

  async function die(call: number): Promise<string> {
    const directory = join(dir, `at-${call}`);
    const store = fileSnapshotStore<{ text: string }>({ directory, keep: 2 });
    await store.save("k", { text: "old" });
    const { output } = await start("save", directory, "new", String(call)).over;
    if (output === "saved") return "finished";
    const found = await store.load("k");
    expect([{ text: "old" }, { text: "new" }], `call ${call}`).toContainEqual(found?.document);
    expect(found?.version).toBe(found?.document.text === "old" ? 1 : 2);
    await store.update("k", ({ text } = { text: "none" }) => ({ text: `after ${text}` }));
    expect((await store.load("k"))?.document).toEqual({ text: `after ${found?.document.text}` });
    expect(readdirSync(join(directory, ".locks")), `call ${call}`).toEqual([]);
    const kept = await store.history("k");
    expect(readdirSync(join(directory, "k")).toSorted(), `call ${call}`).toEqual([
      "document.json",
      `v${kept[1]?.version}.json`,
    ]);
    return found?.document.text ?? "";
  }
});

describe("[DF-2] the lock of a key", () => {
  it("is waited for as long as asked, then LOCK_TIMEOUT names who holds it; readers do not wait", async () => {
    const store = fileSnapshotStore<object>({ directory: dir, lockTimeoutMs: 100 });
    await store.save("k", { n: 1 });
    const { child } = start("hold", dir);
    await once(child.stdout!, "data");
    await expect(store.save("k", {})).rejects.toMatchObject({
      code: "LOCK_TIMEOUT",
      holder: expect.stringContaining(String(child.pid)),
    });
    await expect(store.delete("k")).rejects.toMatchObject({ code: "LOCK_TIMEOUT" });
    expect((await store.load("k"))?.document).toEqual({ n: 1 });
    await store.save("another", {});
    expect((await store.list()).entries.map(({ key }) => key).toSorted()).toEqual(["another", "k"]);
    const patient = fileSnapshotStore<object>({ directory: dir });
    const saving = patient.save("k", { n: 2 });
    child.kill("SIGKILL");
    expect((await saving).version).toBe(2);
    expect(existsSync(join(dir, ".locks"))).toBe(true);
    expect(readdirSync(join(dir, ".locks"))).toEqual([]);
  });
});
