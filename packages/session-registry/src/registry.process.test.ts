import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type OpenedStore } from "@agentlog/durable-fs";
import { openEventLog } from "@agentlog/event-log";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { idOf, temporaryStore, testRegistry } from "./fixtures/registry.js";

const script = fileURLToPath(new URL("fixtures/child.mjs", import.meta.url));

beforeAll(() => {
  const built = fileURLToPath(new URL("../dist/index.js", import.meta.url));
  if (!fs.existsSync(built)) throw new Error("the children use the build: run tsc -b first");
});

interface Reporter {
  readonly child: ChildProcessWithoutNullStreams;
  readonly ready: Promise<unknown>;
  /** What was acknowledged, once it is over: native id, session, source. */
  readonly over: Promise<readonly (readonly string[])[]>;
}

function reporter(store: OpenedStore, rounds: number, natives: readonly string[]): Reporter {
  const child = spawn(process.execPath, [script, store.root, String(rounds), ...natives]);
  onTestFinished(() => void child.kill("SIGKILL"));
  let [out, err] = ["", ""];
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const ready = once(
    child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text)),
    "data",
  );
  const over = once(child, "close").then(([code, signal]) => {
    if (code !== 0 && signal !== "SIGKILL") throw new Error(`a reporter failed: ${err}`);
    // The last line of a killed one may be half.
    const lines = out.split("\n").slice(1, -1);
    return lines.map((line) => line.split(" "));
  });
  return { child, ready, over };
}

async function together(reporters: readonly Reporter[]): Promise<void> {
  await Promise.all(reporters.map(({ ready }) => ready));
  for (const { child } of reporters) child.stdin.write("go\n");
}

describe("many processes on one registry", () => {
  it("[ID-3] [H-49] gives one stable id to a native session that 16 processes report at once", async () => {
    const store = temporaryStore();
    const reporters = Array.from({ length: 16 }, () => reporter(store, 1, ["fresh"]));
    await together(reporters);
    const answers = (await Promise.all(reporters.map(({ over }) => over))).flat();
    expect(answers).toHaveLength(16);
    expect(new Set(answers.map(([, session]) => session))).toEqual(new Set([idOf("fresh")]));
    // Decided under the lock: the first one mints, and every other one knows it.
    expect(answers.filter(([, , source]) => source === "minted")).toHaveLength(1);
    expect(await testRegistry(store).find()).toHaveLength(1);
  });

  it("loses nothing that was acknowledged when reporters are killed, and every reader agrees with the log", async () => {
    const store = temporaryStore();
    const reporters = Array.from({ length: 6 }, (_, n) =>
      reporter(
        store,
        40,
        Array.from({ length: 5 }, (__, k) => `n${(n * 3 + k) % 12}`),
      ),
    );
    await together(reporters);
    for (const [n, { child }] of reporters.entries()) {
      if (n % 2 === 0) setTimeout(() => child.kill("SIGKILL"), 150 + n * 120);
    }
    const answers = (await Promise.all(reporters.map(({ over }) => over))).flat();
    const acknowledged = new Set(answers.map(([native]) => native ?? ""));
    const registry = testRegistry(store);
    for (const native of acknowledged) expect((await registry.byNative("claude", native))?.session).toBe(idOf(native));
    const kept = await registry.find({ limit: 1000 });
    await registry.rebuild();
    expect(await registry.find({ limit: 1000 })).toEqual(kept);
    await using log = openEventLog(join(store.layout.registryDir, "events.jsonl"));
    expect((await log.verify()).ok).toBe(true);
  });
});
