import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { hookStore } from "../testing/hooks.js";

const program = (name: string): string => fileURLToPath(new URL(`../testing/${name}.mjs`, import.meta.url));
const start = (name: string, ...args: readonly string[]): ChildProcess =>
  spawn(process.execPath, [program(name), ...args], { stdio: ["ignore", "ignore", "inherit"] });

const CAPTURERS = 16;
const EACH = 40;

describe("drains in processes of their own", () => {
  it("take in every call once, killed at any moment while 16 processes capture", { timeout: 120_000 }, async () => {
    const store = hookStore();
    const { root } = store.layout;
    const capturers = Array.from({ length: CAPTURERS }, (_, n) => start("capture-child", root, `c${n}`, String(EACH)));
    const captured = Promise.all(capturers.map((child) => once(child, "exit")));
    const state = { over: false };
    void captured.then(() => (state.over = true));
    let kills = 0;
    // Two at a time, so that one meets what the other was doing.
    const killing = async (): Promise<void> => {
      while (!state.over || kills < 12) {
        const drainer = start("drain-child", root);
        await sleep(120 + Math.random() * 250);
        drainer.kill("SIGKILL");
        await once(drainer, "exit");
        kills += 1;
      }
    };
    await Promise.all([killing(), killing()]);
    expect(await captured).toEqual(Array.from({ length: CAPTURERS }, () => [0, null]));
    // Under the lock that a killed one may have left.
    const report = await store.drain({ now: () => new Date() });
    expect([report.pending, report.unreadable, store.waiting()]).toEqual([0, [], 0]);

    const events = (await Promise.all(["s0", "s1", "s2"].map((native) => store.events(native)))).flat();
    const messages = events.map(({ data }) => (data as { last_assistant_message: string }).last_assistant_message);
    const expected = Array.from({ length: CAPTURERS * EACH }, (_, at) => `c${Math.floor(at / EACH)}-${at % EACH}`);
    expect(messages.toSorted()).toEqual(expected.toSorted());
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
  });
});
