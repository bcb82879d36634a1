import fs from "node:fs";
import { readArguments, USAGE } from "./lab/arguments.js";
import { perform } from "./lab/perform.js";
import { formatPage, formatReport } from "./lab/report.js";
import { idOf } from "./lab/run.js";
import { RUNS } from "./runs.js";

/** The crash lab as a command: progress on stderr, one table on stdout, exit code 1 when anything was wrong. */
const asked = readArguments(process.argv.slice(2));
const only = asked?.only ?? "";
const named = RUNS.filter((run) => idOf(run) === only);
const runs = named.length > 0 ? named : RUNS.filter((run) => idOf(run).startsWith(only));

if (asked === undefined || runs.length === 0) {
  console.error(asked === undefined ? USAGE : `no run begins with ${only}; --list prints them`);
  process.exitCode = 2;
} else if (asked.list) {
  for (const run of runs) console.log(idOf(run));
} else {
  const { seconds, seed, markdown } = asked;
  const performed = await perform(runs, { seconds, seed, say: (line) => console.error(line) });
  const report = formatReport(performed, asked);
  console.log(report);
  if (markdown !== undefined) fs.writeFileSync(markdown, formatPage(report, asked));
  if (performed.some(({ wrongs }) => wrongs.length > 0)) process.exitCode = 1;
}
