/**
 * Runs the tests under the running Node, and those that need SQLite (`*.sqlite.test.ts`) under a newer one where it has none.
 * Ends with one line for both: `412 passed, 0 failed, 3 skipped`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeWithSqlite } from "../newer-node/newer-node.mjs";

const CONFIG = fileURLToPath(new URL("vitest.config.ts", import.meta.url));
const VITEST = join(dirname(createRequire(import.meta.url).resolve("vitest/package.json")), "vitest.mjs");
const SQLITE_TESTS = "**/*.sqlite.test.ts";

const args = process.argv.slice(2);
const newer = nodeWithSqlite();
const totals = { passed: 0, failed: 0, skipped: 0 };
let failed = false;

if (newer === undefined || newer === process.execPath) {
  run(process.execPath, args);
} else {
  run(process.execPath, [...args, "--exclude", SQLITE_TESTS]);
  console.log(`\nthe tests that need SQLite, under ${newer}`);
  run(newer, [...(args.length > 0 ? args : ["packages"]), "--passWithNoTests"], { AGENTLOG_ONLY: SQLITE_TESTS });
}
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
process.exitCode = failed ? 1 : 0;

function run(node, more, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), "agentlog-totals-"));
  const file = join(folder, "totals.json");
  const { status } = spawnSync(node, [VITEST, "run", "--config", CONFIG, ...more], {
    stdio: "inherit",
    env: { ...process.env, ...env, AGENTLOG_TOTALS: file },
  });
  failed ||= status !== 0;
  try {
    const counted = JSON.parse(readFileSync(file, "utf8"));
    for (const name of Object.keys(totals)) totals[name] += counted[name];
  } catch {
    // It ended before it could count.
    totals.failed += 1;
    failed = true;
  }
  rmSync(folder, { recursive: true });
}
