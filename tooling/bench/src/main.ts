import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cleanEnvironment } from "./clean-environment.js";
import { FAMILIES } from "./families.js";
import { KNOWN_MISSES } from "./known-misses.js";
import { matchMisses } from "./misses.js";
import { findNodes } from "./nodes.js";
import { formatTable } from "./report.js";
import { formatMarkdown, type Run } from "./report-markdown.js";
import { runFamilies, versionOf } from "./run-families.js";
import { describeSurroundings } from "./surroundings.js";

/** All figures beside their limits and the alternatives: `pnpm bench`, see README.md. */

const USAGE =
  "usage: pnpm bench [--only FIGURE_OR_FAMILY]… [--quick] [--check] [--write] [--node PATH] [--sessions N] [--clock wall|cpu] [--folder PATH]";
const QUICK_SESSIONS = 10_000;
const SESSIONS = 100_000;

const home = (name: string): string => fileURLToPath(new URL(`../${name}`, import.meta.url));

function refuse(reason: string): never {
  console.error(`${reason}\n${USAGE}`);
  process.exit(2);
}

function parseOptions() {
  return parseArgs({
    options: {
      /** Exit code 1 when a limit is missed by more than the noise, or something could not be measured. */
      check: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      /** Writes RESULTS.md. */
      write: { type: "boolean", default: false },
      only: { type: "string", multiple: true, default: [] },
      node: { type: "string" },
      sessions: { type: "string" },
      /** `cpu`: processor time, for a machine that has other work; waiting is not in it. */
      clock: { type: "string", default: "wall" },
      /** Where the logs and stores are made; default: the system's temporary folder. */
      folder: { type: "string", default: os.tmpdir() },
    },
  }).values;
}

function parsedOptions(): ReturnType<typeof parseOptions> {
  try {
    return parseOptions();
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

function readOptions() {
  const values = parsedOptions();
  const { clock, only, quick, node } = values;
  if (node !== undefined && !fs.existsSync(node)) refuse(`--node ${node} is not there`);
  if (clock !== "wall" && clock !== "cpu") refuse(`--clock ${clock} is neither wall nor cpu`);
  const sessions = Number(values.sessions ?? (quick ? QUICK_SESSIONS : SESSIONS));
  if (!Number.isInteger(sessions) || sessions < 1_000) refuse("--sessions wants a whole number from 1,000");
  if (values.write && (only.length > 0 || clock === "cpu")) refuse("--write wants all figures, by the wall clock");
  for (const name of only)
    if (!NAMES.has(name)) refuse(`no figure and no family is called ${name}; there are ${[...NAMES].join(", ")}`);
  return { ...values, clock, sessions } as const;
}

const FIGURES = new Set(FAMILIES.flatMap(({ figures }) => figures.map(({ name }) => name)));
const NAMES = new Set([...FAMILIES.map(({ name }) => name), ...FIGURES]);

/** Asked of the Node that the figures run under. */
function sqliteVersion(node: string): string {
  const script = "process.stdout.write(process.versions.sqlite ?? 'none')";
  return spawnSync(node, ["-e", script], { env: cleanEnvironment(), encoding: "utf8" }).stdout;
}

function printMisses({ misses, outcome }: Run): void {
  for (const figure of misses.unexplained) console.log(`missed and not explained in known-misses.ts: ${figure}`);
  for (const figure of misses.noLongerMissed) console.log(`explained in known-misses.ts and reached now: ${figure}`);
  for (const figure of misses.unknown) console.log(`explained in known-misses.ts, and no figure: ${figure}`);
  for (const family of outcome.failed) console.log(`could not be measured: ${family}`);
  const { waits, gaveUp } = outcome;
  console.log(`the machine was busy at ${gaveUp} of ${waits} rounds`);
}

const options = readOptions();
const { only, quick, sessions } = options;
const isWanted = (name: string): boolean => only.length === 0 || only.includes(name);
const families = FAMILIES.filter(
  ({ name, figures }) => isWanted(name) || figures.some((figure) => isWanted(figure.name)),
);
const nodes = await findNodes(options.node);
const folder = fs.mkdtempSync(path.join(options.folder, "agentlog-bench-"));
try {
  const started = performance.now();
  const { clock } = options;
  const onProgress = (what: string): void => console.error(`… ${what}`);
  const all = runFamilies({ families, folder, quick, clock, sessions, ...nodes, onProgress });
  const whole = new Set(
    families.filter(({ name }) => isWanted(name)).flatMap((one) => one.figures.map(({ name }) => name)),
  );
  const outcome = { ...all, rows: all.rows.filter(({ figure }) => whole.has(figure) || isWanted(figure)) };
  const versions = [nodes.older, nodes.newest].flatMap((node) => (node === undefined ? [] : [versionOf(node)]));
  const run: Run = {
    outcome,
    misses: matchMisses(outcome.rows, KNOWN_MISSES, FIGURES),
    surroundings: describeSurroundings(folder, versions, sqliteVersion(nodes.newest)),
    quick,
    sessions,
    minutes: (performance.now() - started) / 60_000,
  };
  console.log(formatTable(outcome));
  printMisses(run);
  fs.writeFileSync(home("results.json"), `${JSON.stringify({ ...run, clock }, undefined, 2)}\n`);
  if (options.write) fs.writeFileSync(home("RESULTS.md"), formatMarkdown(run));
  const isMissed = outcome.rows.some(({ verdict }) => verdict === "missed");
  if (options.check && (isMissed || outcome.failed.length > 0)) process.exitCode = 1;
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
