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
/** The groups in `hostile-input.md`. */
const HOSTILE_GROUPS = 90;

const totals = { passed: 0, failed: 0, skipped: 0 };
const groups = { met: new Set(), skipped: new Set() };
let failed = false;

if (newer === undefined || newer === process.execPath) {
  run(process.execPath, args);
} else {
  run(process.execPath, [...args, "--exclude", SQLITE_TESTS]);
  console.log(`\nthe tests that need SQLite, under ${newer}`);
  run(newer, [...(args.length > 0 ? args : ["packages"]), "--passWithNoTests"], { AGENTLOG_ONLY: SQLITE_TESTS });
}
if (args.length === 0) checkGroups();
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
    for (const name of Object.keys(groups)) for (const group of counted.groups[name]) groups[name].add(group);
  } catch {
    // It ended before it could count.
    totals.failed += 1;
    failed = true;
  }
  rmSync(folder, { recursive: true });
}

/** Each group of hostile input must be thrown by a test; one whose tests were all skipped here is told. */
function checkGroups() {
  const all = Array.from({ length: HOSTILE_GROUPS }, (_, index) => index + 1);
  const named = (numbers) => numbers.map((group) => `H-${group}`).join(", ");
  const unmet = all.filter((group) => !groups.met.has(group));
  const missing = unmet.filter((group) => !groups.skipped.has(group));
  console.log(`\nhostile input: ${HOSTILE_GROUPS - unmet.length} of ${HOSTILE_GROUPS} groups met`);
  if (unmet.length > missing.length)
    console.log(`skipped here: ${named(unmet.filter((group) => !missing.includes(group)))}`);
  if (missing.length === 0) return;
  console.log(`without a test: ${named(missing)}`);
  totals.failed += 1;
  failed = true;
}
