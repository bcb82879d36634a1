import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ERROR_CODES } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { idOf, sighting, testRegistry, time } from "./fixtures/registry.js";
import { sessionCollection } from "./fold/collection.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);

describe("the README", () => {
  it.each(examples.map((code, at) => [at, code]))(
    "has example %i, which runs and prints what its comments say",
    (_at, code) => {
      // Inside the package, so that its own name leads to it.
      const dir = mkdtempSync(fileURLToPath(new URL("fixtures/readme-", import.meta.url)));
      try {
        writeFileSync(join(dir, "example.mjs"), code);
        const printed = execFileSync(process.execPath, [join(dir, "example.mjs")], {
          encoding: "utf8",
          cwd: tmpdir(),
          stdio: ["ignore", "pipe", "ignore"],
        });
        const expected = [...code.matchAll(/(?:console\.log\(.*\);|^) ?\/\/ (.*)/gm)].flatMap(([line, text]) =>
          line.includes("console.log") || /^\/\/ \d/.test(line) ? [text] : [],
        );
        expect(printed.trimEnd().split("\n")).toEqual(expected);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
  );

  it("names every method, every field, the fold's version, and no error code there is not", async () => {
    const registry = testRegistry();
    for (const name of Object.keys(registry)) expect(readme, name).toMatch(new RegExp(`\`${name}[(\`]`));
    for (const [code] of readme.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)) expect(ERROR_CODES).toContain(code);
    expect(readme).toContain(`The fold's version is ${sessionCollection.version}:`);
    await registry.seen([sighting("a"), sighting("b", { cwd: "/w", title: "t", at: time(1) })]);
    await registry.setParent(idOf("b"), idOf("a"));
    const { record } = await registry.closeSession(idOf("b"), { outcome: "done", reason: "so" });
    for (const name of Object.keys(record)) expect(readme).toContain(`\`${name}\``);
  });
});
