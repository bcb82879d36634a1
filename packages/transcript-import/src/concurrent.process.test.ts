import { execFile, spawn } from "node:child_process";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { deriveSessionId } from "@agentlog/types";
import { beforeEach, describe, expect, it } from "vitest";
import { temporaryFolder, testStore, type TestStore } from "./testing/stores.js";
import { answer, jsonl, prompt, SESSION } from "./testing/transcripts.js";

const CHILD = fileURLToPath(new URL("testing/import-child.mjs", import.meta.url));
const TURNS = 3000;
/** The start of the session, a prompt, an answer and its usage. */
const EVENTS = 1 + TURNS * 3;

describe("in processes of their own", () => {
  let store: TestStore;
  let path: string;

  beforeEach(() => {
    const folder = temporaryFolder();
    store = testStore(join(folder, "store"));
    path = join(folder, `${SESSION}.jsonl`);
    const turns = Array.from({ length: TURNS }, (_, n) => [
      prompt(2 * n, `question ${n}`),
      answer(2 * n + 1, { type: "text", text: "so it is ".repeat(50) }, { id: `msg_${n}`, stop_reason: "end_turn" }),
    ]);
    writeFileSync(path, jsonl(turns.flat()));
  });

  const runChild = async (): Promise<{ added: number; alreadyThere: number }> => {
    const { stdout } = await promisify(execFile)(process.execPath, [CHILD, store.root, path]);
    return JSON.parse(stdout) as { added: number; alreadyThere: number };
  };

  const expectWhole = async (): Promise<void> => {
    const events = await store.events(SESSION);
    expect(events).toHaveLength(EVENTS);
    expect(new Set(events.map(({ id }) => id)).size).toBe(EVENTS);
    // A kill may cut a write short: what is left of it is sealed, and counts for nothing.
    const { damage } = await store.withLog(SESSION, (log) => log.verify());
    expect(damage.filter(({ kind }) => kind !== "torn" && kind !== "partial-batch" && kind !== "not-utf8")).toEqual([]);
  };

  it("imports at the same time add each event once", { timeout: 60_000 }, async () => {
    const reports = await Promise.all([runChild(), runChild(), runChild()]);
    for (const { added, alreadyThere } of reports) expect(added + alreadyThere).toBe(EVENTS);
    expect(reports.reduce((sum, { added }) => sum + added, 0)).toBe(EVENTS);
    await expectWhole();
  });

  it("an import that was killed is completed by the next", { timeout: 60_000 }, async () => {
    const log = join(store.root, deriveSessionId("claude", SESSION), "events.jsonl");
    const child = spawn(process.execPath, [CHILD, store.root, path], { stdio: "ignore" });
    const closed = new Promise((resolve) => child.once("close", resolve));
    while (!existsSync(log) || statSync(log).size < 500_000) await sleep(1);
    child.kill("SIGKILL");
    await closed;
    const { added, alreadyThere } = await runChild();
    expect(alreadyThere).toBeGreaterThan(0);
    expect(added + alreadyThere).toBe(EVENTS);
    await expectWhole();
  });
});
