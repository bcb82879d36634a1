import { describe, expect, it } from "vitest";
import { attackDeadLock, replaceDeadHolders, replaceZombie, waitForStoppedHolder } from "./takeover.js";

/** Done when a waiter has it within this. */
const SOON_MS = 100;

describe("a holder of the lock", () => {
  it(`[DF-2] that is killed right before its write is replaced within ${SOON_MS} ms, 20 times`, async () => {
    const { medianMs, maxMs } = await replaceDeadHolders(20);
    console.log(`a dead holder was replaced in ${medianMs.toFixed(1)} ms (median), ${maxMs.toFixed(1)} ms at most`);
    expect(maxMs).toBeLessThan(SOON_MS);
  });

  it.skipIf(process.platform !== "linux")(
    `[DF-2] that is dead and not reaped (a zombie; needs /proc) is replaced within ${SOON_MS} ms`,
    async () => {
      expect(await replaceZombie()).toBeLessThan(SOON_MS);
    },
  );

  it("[DF-2] [EL-8] that is stopped is not robbed; what was spooled meanwhile is in the log once", async () => {
    const { pid, refusal, holder, statuses, ids, spoolLeft } = await waitForStoppedHolder();
    expect(refusal).toBe("LOCK_TIMEOUT");
    expect(holder).toContain(String(pid));
    expect(statuses).toEqual(["spooled", "spooled", "spooled"]);
    expect(ids[0]).toBe("holder");
    expect(ids.filter((id) => id.startsWith("spooled-"))).toHaveLength(3);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toContain("after");
    expect(ids).toHaveLength(5);
    expect(spoolLeft).toBe(0);
  });
});

describe("eight processes that attack one dead lock at the same instant", () => {
  it("[DF-1] never hold it two at once, in 30 rounds", async () => {
    expect(await attackDeadLock({ lock: "cas", rounds: 30 })).toEqual({ rounds: 30, doubleHolds: 0, uneven: 0 });
  });

  it("do hold plain proper-lockfile two at once: the attack is strong enough to prove something", async () => {
    const { rounds, doubleHolds } = await attackDeadLock({ lock: "plain", rounds: 200, untilDouble: true });
    console.log(`plain proper-lockfile let two in after ${rounds} rounds`);
    expect(doubleHolds).toBeGreaterThan(0);
  });
});
