import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { findExamples, runExample } from "./examples.js";
import { installPacked, packAll, ROOT } from "./packed.js";

/** What `pnpm verify` adds to the tests. Every step runs, so that one run tells all that is wrong. */
let failures = 0;

async function step(name: string, check: () => void | Promise<void>): Promise<void> {
  const start = performance.now();
  try {
    await check();
    console.log(`ok      ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failures++;
    console.log(`failed  ${name}\n${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Runs a tool of the workspace, its output shown only when it fails. */
function tool(name: string, ...args: readonly string[]): void {
  const program = path.join(ROOT, "node_modules/.bin", name);
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: "utf8" });
  if (status !== 0) throw new Error(`${name} ${args.join(" ")}\n${stdout}${stderr}`);
}

await step("format", () => tool("oxfmt", "--check"));
await step("lint", () => tool("oxlint", "--type-aware", "--deny-warnings"));
await step("types of the tests", () => tool("tsc", "-p", "tooling/tsconfig/tests.json"));
await step("unused files, exports and dependencies", () => tool("knip"));

/** publint tells ES modules from CommonJS by words: the help text of `agentlog import` is enough to mislead it. */
async function lintPackage(tarball: string): Promise<void> {
  const { messages, pkg } = await publint({
    pack: { tarball: new Uint8Array(fs.readFileSync(tarball)).buffer },
    strict: true,
  });
  const found = messages.filter(
    ({ code, path: [field] }) => !(code === "FILE_INVALID_EXPLICIT_FORMAT" && field === "bin"),
  );
  if (found.length > 0) throw new Error(found.map((message) => formatMessage(message, pkg) ?? message.code).join("\n"));
}

const packed = packAll();
for (const { name, tarball } of packed.packages) {
  await step(`publint ${name}`, () => lintPackage(tarball));
  await step(`types resolve ${name}`, () => tool("attw", tarball, "--profile", "esm-only"));
}

const project = installPacked(packed.packages);
for (const example of findExamples()) {
  await step(`example ${example.file}:${example.line}`, () => runExample(example, project));
}
fs.rmSync(packed.folder, { recursive: true, force: true });
fs.rmSync(project, { recursive: true, force: true });

console.log(failures === 0 ? "verify: all in order" : `verify: ${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
