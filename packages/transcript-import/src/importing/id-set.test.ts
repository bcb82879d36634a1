import { deriveEventId, newEventId } from "@agentlog/types";
import { expect, it } from "vitest";
import { createIdSet } from "./id-set.js";

it("knows what was added, of any kind and number, as a Set does", () => {
  const ids = createIdSet();
  const derived = Array.from({ length: 5000 }, (_, n) => deriveEventId("claude", "s", String(n)));
  const odd = [newEventId(), "any id", `evt_${"0".repeat(32)}`, `evt_${"0".repeat(31)}1`];
  for (const id of [...derived, ...odd, ...derived]) ids.add(id);
  expect(ids.size).toBe(5004);
  for (const id of [...derived, ...odd]) expect(ids.has(id)).toBe(true);
  for (let n = 5000; n < 10_000; n++) expect(ids.has(deriveEventId("claude", "s", String(n)))).toBe(false);
  ids.clear();
  expect([ids.size, ids.has("any id")]).toEqual([0, false]);
});
