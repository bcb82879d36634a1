import { execFileSync } from "node:child_process";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoteForShell, shellWords } from "./command-line.js";

const word = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }),
  fc.constantFrom(
    "'",
    "a'b",
    "$HOME",
    "`id`",
    "$(id)",
    "a b",
    "\\",
    "!",
    "-n",
    "~",
    "*",
    "#",
    ";",
    "&&",
    "new\nline",
    "=",
    "/usr/bin/node",
  ),
);
/** No argument can hold NUL. */
const words = fc.array(
  word.map((text) => text.replaceAll("\0", "")).filter((text) => text !== ""),
  { minLength: 1, maxLength: 4 },
);

describe("a command line", () => {
  it("reads back as the words it was made of", () => {
    fc.assert(
      fc.property(words, (list) => {
        expect(shellWords(quoteForShell(list))).toEqual(list);
      }),
      { numRuns: 2_000 },
    );
  });

  it.skipIf(process.platform === "win32")("starts exactly those words in a shell", () => {
    fc.assert(
      fc.property(words, (list) => {
        const out = execFileSync("/bin/sh", ["-c", `printf '%s\\0' ${quoteForShell(list)}`], { encoding: "utf8" });
        expect(out.split("\0").slice(0, -1)).toEqual(list);
      }),
      { numRuns: 60 },
    );
  });

  it("leaves plain paths readable", () => {
    expect(quoteForShell(["/usr/bin/node", "/a b/hook.cjs", "codex"])).toBe("/usr/bin/node '/a b/hook.cjs' codex");
  });

  it.each(["node $(x)", "a | b", "a  b", " a", "a ", "'open", '"a"', "a;b", "a\\ b"])(
    "asks more of a shell than we do: %s",
    (line) => expect(shellWords(line)).toBeUndefined(),
  );
});
