import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ERROR_CODES } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { memoryStore, openCollection } from "./index.js";
import { tallies } from "./fixtures/tallies.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);

describe("the README", () => {
  it.each(examples.map((code, at) => [at, code]))(
    "has example %i, which runs and prints what its comments say",
    (_at, code) => {
      // Beside the package, so that its own name leads to it.
      const dir = mkdtempSync(fileURLToPath(new URL("../test-fixtures/readme-", import.meta.url)));
      try {
        writeFileSync(join(dir, "example.mjs"), code);
        const printed = execFileSync(process.execPath, [join(dir, "example.mjs")], { encoding: "utf8", cwd: tmpdir() });
        const expected = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)/g)].map(([, text]) => text);
        expect(
          printed
            .trimEnd()
            .replace(/\n +| (?=\])/g, " ")
            .replace(/\s+/g, " "),
        ).toBe(expected.join(" "));
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
  );

  it("names every method, and no error code there is not", () => {
    const collection = openCollection(tallies, { log: { path: "/nowhere", entries: never }, store: memoryStore() });
    for (const [name, value] of Object.entries(collection))
      if (typeof value === "function") expect(readme).toContain(`${name}(`);
    for (const [code] of readme.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)) expect(ERROR_CODES).toContain(code);
  });
});

// oxlint-disable-next-line eslint/require-yield -- a log that is never read
async function* never(): AsyncGenerator<never> {}
