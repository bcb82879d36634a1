import { expect, it } from "vitest";
import { createRecordKeys } from "./record-key.js";

it("names a record by its uuid, else by its content, and a repeated state not at all", () => {
  const keyOf = createRecordKeys();
  const key = (record: Record<string, string>, session = "s"): string | undefined =>
    keyOf(session, record, () => JSON.stringify(record));
  const a = { type: "ai-title", aiTitle: "A" };
  const b = { type: "ai-title", aiTitle: "B" };
  const timed = { type: "queue-operation", timestamp: "2026-01-01T00:00:00Z" };
  expect(key({ type: "user", uuid: "u" })).toBe("u");
  expect(key(timed)).toBe(key(timed));
  const first = key(a);
  expect(first).toBeDefined();
  expect(key(a)).toBeUndefined();
  expect(key({ type: "mode", mode: "plan" })).toBeDefined();
  expect(key(a)).toBeUndefined();
  expect(key(b)).toBeDefined();
  expect(key(a)).toBe(`${first}:2`);
  expect(key(b)).toMatch(/:2$/);
});
