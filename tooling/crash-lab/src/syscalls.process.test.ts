import { describe, expect, it } from "vitest";
import { fillDisk, meetFileSizeLimit, whyNoMount } from "./small-disk.js";
import { failAtEveryCall, killAtEveryCall, type PointOutcome } from "./syscalls.js";
import { whyNoTrace } from "./trace.js";

/** The next process has its acknowledgement within this. */
const SOON_MS = 150;
const noTrace = whyNoTrace();
const noMount = whyNoMount();
const because = (reason: string | undefined): string => (reason === undefined ? "" : ` (skipped: ${reason})`);

function expectSound(outcomes: readonly PointOutcome[], name: string): void {
  const slowest = Math.max(...outcomes.map(({ nextMs }) => nextMs));
  console.log(`${name}: ${outcomes.filter(({ met }) => met).length} points, next append after ${slowest} ms at most`);
  expect(outcomes.filter(({ problem }) => problem !== undefined)).toEqual([]);
  expect(slowest).toBeLessThan(SOON_MS);
}

describe.skipIf(noTrace !== undefined)(`at the system calls of an append${because(noTrace)}`, () => {
  it("[EL-5] a kill costs nothing that was acknowledged, and the next process goes on at once", async () => {
    const outcomes = await killAtEveryCall(true);
    expectSound(outcomes, "killed");
    expect(outcomes.filter(({ met, killed }) => met && killed).length).toBeGreaterThan(30);
  }, 120_000);

  it("[EL-6] neither does ENOSPC, a write that claims to be short, or a sync that fails", async () => {
    const outcomes = await failAtEveryCall();
    expectSound(outcomes, "failed");
    expect(outcomes.filter(({ met }) => met).length).toBeGreaterThan(20);
  }, 120_000);
});

it.skipIf(noMount !== undefined)(
  `a full disk refuses, loses nothing, and is used again${because(noMount)}`,
  async () => {
    const { refusal, acknowledged, nextMs, problem } = await fillDisk();
    expect({ refusal, problem }).toEqual({ refusal: "IO_ERROR", problem: undefined });
    expect(acknowledged).toBeGreaterThan(50);
    expect(nextMs).toBeLessThan(SOON_MS);
  },
);

it.skipIf(process.platform === "win32")("a write that is really cut short, by a limit on the file's size", async () => {
  const { refusal, acknowledged, bytes, nextMs, problem } = await meetFileSizeLimit();
  expect({ refusal, bytes, problem }).toEqual({ refusal: "IO_ERROR", bytes: 64 * 1024, problem: undefined });
  expect(acknowledged).toBeGreaterThan(10);
  expect(nextMs).toBeLessThan(SOON_MS);
});
