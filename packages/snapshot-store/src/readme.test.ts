import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ERROR_CODES } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { memorySnapshotStore, openBindings } from "./index.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const examples = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code = ""]) => code);

/** Where a package's build is: an example runs in a folder of its own, where no package is found by name. */
const BUILDS: Readonly<Record<string, string>> = {
  "@agentlog/snapshot-store": "../dist/index.js",
  "@agentlog/snapshot-store/testing": "../dist/testing/index.js",
  "@agentlog/event-log": "../../event-log/dist/index.js",
};

describe("the README", () => {
  it.each(examples.map((code, index) => [index + 1, code] as const))(
    "has an example %i that runs and prints what its comments say",
    (_, code) => {
      const dir = mkdtempSync(join(tmpdir(), "agentlog-"));
      try {
        const script = code.replace(
          /from "([^"]+)"/g,
          (_all, name: string) => `from ${JSON.stringify(new URL(BUILDS[name] ?? name, import.meta.url).href)}`,
        );
        writeFileSync(join(dir, "example.mjs"), script);
        const printed = execFileSync(process.execPath, ["example.mjs"], { cwd: dir, encoding: "utf8" });
        const said = [...code.matchAll(/\); \/\/ (.*)$/gm)].map(([, text]) => text);
        expect(said.length).toBeGreaterThan(0);
        expect(printed.trimEnd().split("\n")).toEqual(said);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
  );

  it("names every method, and no error code there is not", () => {
    for (const object of [memorySnapshotStore(), openBindings({ file: "/nowhere", quarantineDirectory: "/nowhere" })]) {
      for (const [name, value] of Object.entries(object)) {
        if (typeof value === "function") expect(readme).toMatch(new RegExp(`\`${name}\\b|\\.${name}\\(`));
      }
    }
    for (const [code] of readme.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)) expect(ERROR_CODES).toContain(code);
  });
});
