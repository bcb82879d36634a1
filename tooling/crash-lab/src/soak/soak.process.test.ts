import { expect, it } from "vitest";
import { runSoak } from "./soak.js";

it("loses and repeats nothing while all work on one store", async () => {
  const { wrong, sessions, acknowledged, followed, hooks, kept } = await runSoak({ seconds: 4, seed: 1 });
  expect(wrong).toEqual([]);
  expect(kept).toBeUndefined();
  // How many depends on the machine; that there were any does not.
  expect(Math.min(sessions.writer, sessions.hooks, sessions.import)).toBeGreaterThan(0);
  expect(Math.min(acknowledged, hooks)).toBeGreaterThan(0);
  expect(followed).toBeGreaterThan(acknowledged);
}, 180_000);
