import fs from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installPacked, packAll, type PackedPackage, run } from "./packed.js";

let packed: { readonly folder: string; readonly packages: readonly PackedPackage[] } = { folder: "", packages: [] };
let project = "";

beforeAll(() => {
  packed = packAll();
  project = installPacked(packed.packages);
}, 180_000);

afterAll(() => {
  for (const folder of [packed.folder, project]) if (folder !== "") fs.rmSync(folder, { recursive: true, force: true });
});

describe("the packed tarballs, installed into an empty project", () => {
  it("work from import and from require", () => {
    for (const { specifiers } of packed.packages) {
      for (const specifier of specifiers) {
        const named = "(module) => console.log(Object.keys(module).length)";
        const imported = run(
          "node",
          ["--input-type=module", "-e", `(${named})(await import("${specifier}"))`],
          project,
        );
        const required = run("node", ["-e", `(${named})(require("${specifier}"))`], project);
        expect(Number(imported), specifier).toBeGreaterThan(0);
        expect(required, specifier).toBe(imported);
      }
    }
  });

  it("hold what they promise and nothing of the workplace", () => {
    for (const { name } of packed.packages) {
      const installed = path.join(project, "node_modules", name);
      const files = fs.readdirSync(installed, { recursive: true, encoding: "utf8" });
      expect(files, name).toContain("README.md");
      expect(files, name).toContain("LICENSE");
      expect(
        files.filter((file) => /\.test\.|test-fixtures|tsbuildinfo|^src/.test(file)),
        name,
      ).toEqual([]);
    }
  });

  it("bring the command", () => {
    expect(run(path.join(project, "node_modules/.bin/agentlog"), ["--version"], project)).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
