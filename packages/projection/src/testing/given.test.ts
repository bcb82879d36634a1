import { expect, it } from "vitest";
import { tallies, total } from "../fixtures/tallies.js";
import { given } from "./index.js";

it("shows what a definition makes of events", async () => {
  const events = [
    { type: "tally.added", data: { name: "a", n: 2, note: "fix login" } },
    { type: "tally.moved", data: { name: "a", to: "b" } },
  ];
  expect(await given(total, events).state()).toEqual({ events: 2, sum: 2, last: 1 });
  expect(await given(total, []).state()).toEqual(total.initial);
  const made = given(tallies, events);
  expect((await made.get("b"))?.count).toBe(2);
  expect([...(await made.records()).keys()]).toEqual(["a", "b"]);
  expect((await made.scan("byCount")).map(({ key }) => key)).toEqual(["a", "b"]);
  expect(await made.search("LOG fix")).toEqual(["a"]);
});

it("throws what evolve throws", async () => {
  const broken = given(tallies, [{ type: "tally.broken", data: { name: "a" } }]);
  await expect(broken.records()).rejects.toThrow("cannot fold");
});
