import { assert, integer, property } from "fast-check";
import { expect, it } from "vitest";
import { rfc3339 } from "./rfc3339.js";

it("is what Date says, to the last millisecond of 9999", () => {
  assert(
    property(integer({ min: 0, max: Date.parse("9999-12-31T23:59:59.999Z") }), (ms) => {
      expect(rfc3339(ms)).toBe(new Date(ms).toISOString());
    }),
  );
  for (const edge of ["1970-01-01", "2000-02-29", "2000-03-01", "2099-12-31", "2100-02-28", "2100-03-01"]) {
    expect(rfc3339(Date.parse(edge) + 0.9)).toBe(`${edge}T00:00:00.000Z`);
  }
});
