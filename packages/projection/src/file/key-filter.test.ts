import { expect, it } from "vitest";
import { createKeyFilter } from "./key-filter.js";

it("has every key that was added, and few others", () => {
  for (const count of [0, 1, 1_000]) {
    const filter = createKeyFilter(count);
    for (let n = 0; n < count; n++) filter.add(`sess_${n}`);
    for (let n = 0; n < count; n++) expect(filter.mayHave(`sess_${n}`)).toBe(true);
    const others = Array.from({ length: 10_000 }, (_, n) => `other_${n}`).filter((key) => filter.mayHave(key));
    expect(others.length).toBeLessThan(100);
  }
});
