import { spawnSync } from "node:child_process";
import fs from "node:fs";
import { findExamples, runExample } from "./examples.js";
import { installPacked, packAll, ROOT } from "./packed.js";

/** What `pnpm verify` adds to the tests. Every step runs, so that one run tells all that is wrong. */
let failures = 0;

function step(name: string, check: () => void): void {
  const start = performance.now();
  try {
    check();
    console.log(`ok      ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failures++;
    console.log(`failed  ${name}\n${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Runs a tool of the workspace, its output shown only when it fails. */
function tool(name: string, ...args: readonly string[]): void {
  const { status, stdout, stderr } = spawnSync("pnpm", ["exec", name, ...args], { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) throw new Error(`${name} ${args.join(" ")}\n${stdout}${stderr}`);
}

step("format", () => tool("oxfmt", "--check"));
step("lint", () => tool("oxlint", "--type-aware", "--deny-warnings"));
step("types of the tests", () => tool("tsc", "-p", "tooling/tsconfig/tests.json"));
step("unused files, exports and dependencies", () => tool("knip"));

const packed = packAll();
for (const { name, tarball } of packed.packages) {
  step(`publint ${name}`, () => tool("publint", "--strict", tarball));
  step(`types resolve ${name}`, () => tool("attw", tarball, "--profile", "esm-only"));
}

const project = installPacked(packed.packages);
for (const example of findExamples()) {
  step(`example ${example.file}:${example.line}`, () => runExample(example, project));
}
fs.rmSync(packed.folder, { recursive: true, force: true });
fs.rmSync(project, { recursive: true, force: true });

console.log(failures === 0 ? "verify: all in order" : `verify: ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
