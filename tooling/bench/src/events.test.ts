import { expect, it } from "vitest";
import { makeEvents } from "./events.js";

it.each([300, 2048])("makes events of exactly %i bytes of JSON, with ids of their own", (bytes) => {
  const events = makeEvents(50, bytes);
  expect(new Set(events.map((event) => Buffer.byteLength(JSON.stringify(event))))).toEqual(new Set([bytes]));
  expect(new Set(events.map(({ id }) => id)).size).toBe(50);
});
