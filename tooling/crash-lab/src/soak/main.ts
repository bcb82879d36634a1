import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { formatReport, formatSection, isJudged, wrongsOf } from "./report.js";
import { runSoak } from "./soak.js";

/** `main.js --minutes N`: one soak, its table, and exit code 1 when something was wrong. */

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "10" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    markdown: { type: "string" },
  },
});
const minutes = Number(values.minutes);
const seed = Number(values.seed);
if (!(minutes > 0) || !Number.isInteger(seed) || seed < 0) {
  console.error("usage: main.js [--minutes N] [--seed N] [--markdown FILE]; minutes above 0, the seed a whole number");
  process.exit(2);
}

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
console.error(`… one store, six processes, ${minutes} min`);
const report = await runSoak({ seconds: minutes * 60, seed, signal: stop.signal });
console.log(formatReport(report, seed));
if (values.markdown !== undefined) writeFileSync(values.markdown, formatSection(report, seed));
if (wrongsOf(report).length > 0) process.exitCode = 1;
else console.log(isJudged(report) ? "all is well" : "all is well, but memory is not judged in less than two minutes");
