import { writeFileSync } from "node:fs";
import type { Reporter, TestModule } from "vitest/node";

/** The groups of `hostile-input.md` that a test's name says it throws. */
const GROUPS = /\[H-(\d+)\]/g;

/** Prints what was skipped and why, then one plain closing line: `412 passed, 0 failed, 3 skipped`. */
export default class TotalReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const totals = { passed: 0, failed: 0, skipped: 0 };
    const groups = { met: new Set<number>(), skipped: new Set<number>() };
    for (const module of modules) {
      // A file that could not even be loaded has no tests to count.
      if (module.state() === "failed" && [...module.children.allTests("failed")].length === 0) totals.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        for (const [, group] of test.fullName.matchAll(GROUPS)) {
          groups[state === "skipped" ? "skipped" : "met"].add(Number(group));
        }
        if (state === "passed" || state === "failed") totals[state]++;
        else totals.skipped++;
        if (state === "skipped") console.log(`skipped: ${test.fullName}`);
      }
    }
    totals.failed += unhandled.length;
    // Of several runs the one who started them prints the sum.
    const { AGENTLOG_TOTALS: file } = process.env;
    if (file !== undefined)
      writeFileSync(
        file,
        JSON.stringify({ ...totals, groups: { met: [...groups.met], skipped: [...groups.skipped] } }),
      );
    else console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  }
}
