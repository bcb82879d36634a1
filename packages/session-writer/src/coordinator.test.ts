import { setTimeout as sleep } from "node:timers/promises";
import { isAgentlogError } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { createHeartbeat } from "./index.js";

describe("a heartbeat", () => {
  it("beats at once, then after each interval, and not after stop", async () => {
    let count = 0;
    const heartbeat = createHeartbeat({ intervalMs: 10, beat: () => void count++ });
    expect(count).toBe(1);
    await sleep(100);
    expect(count).toBeGreaterThan(3);
    await heartbeat.stop();
    const stopped = count;
    expect(heartbeat).toMatchObject({ beats: stopped, failures: 0, lastError: undefined });
    await sleep(50);
    expect(count).toBe(stopped);
  });

  it("counts beats that fail, keeps the last error, and goes on", async () => {
    let count = 0;
    const heartbeat = createHeartbeat({
      intervalMs: 5,
      beat: () => {
        count++;
        if (count === 1) throw new Error("first");
        return count === 2 ? Promise.reject(new Error("second")) : undefined;
      },
    });
    await expect.poll(() => count).toBeGreaterThanOrEqual(4);
    await heartbeat.stop();
    expect(heartbeat.failures).toBe(2);
    expect(heartbeat.lastError?.message).toBe("second");
    expect(heartbeat.beats).toBe(count - 2);
  });

  it("stops within 200 ms though a beat never ends, and waits for one that does", async () => {
    const stuck = createHeartbeat({ intervalMs: 10, beat: () => new Promise<void>(() => {}) });
    const started = performance.now();
    await stuck.stop();
    expect(performance.now() - started).toBeLessThan(5_000);
    let over = false;
    const slow = createHeartbeat({
      intervalMs: 1_000,
      beat: async () => {
        await sleep(50);
        over = true;
      },
    });
    await slow.stop();
    expect(over).toBe(true);
    expect(slow.beats).toBe(1);
  });

  it("does not overtake a slow beat", async () => {
    let now = 0;
    let most = 0;
    const heartbeat = createHeartbeat({
      intervalMs: 5,
      beat: async () => {
        most = Math.max(most, ++now);
        await sleep(30);
        now--;
      },
    });
    await sleep(100);
    await heartbeat.stop();
    expect(most).toBe(1);
  });

  it("refuses an interval no timer can keep", () => {
    for (const intervalMs of [0, -5, Number.NaN, 2 ** 31]) {
      let error: unknown;
      try {
        createHeartbeat({ intervalMs, beat: () => {} });
      } catch (thrown) {
        error = thrown;
      }
      expect(isAgentlogError(error, "USAGE")).toBe(true);
    }
  });
});
