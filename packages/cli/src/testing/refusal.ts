import { expect } from "vitest";
import { type Ran } from "./agentlog.js";
import { firstUnsafe } from "./printable.js";

/** One line on stderr that begins with our name and is safe to show, an empty stdout, and the exit code. */
export function expectRefusal(ran: Ran, code: number, words: RegExp): void {
  expect({ code: ran.code, out: ran.out, lines: ran.err.match(/\n/g)?.length }, ran.err).toEqual({
    code,
    out: "",
    lines: 1,
  });
  expect(ran.err).toMatch(/^agentlog: /);
  expect(ran.err.length).toBeLessThan(700);
  expect(ran.err).toMatch(words);
  expect(firstUnsafe(ran.stderr)).toBeUndefined();
}
