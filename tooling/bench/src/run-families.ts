import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cleanEnvironment } from "./clean-environment.js";
import { CLOCK_VARIABLE } from "./clock.js";
import { type FamilyOrder, type FamilyReport } from "./family-order.js";
import { type Alternative, type Family, type Figure, type Measured, type Verdict, verdictOf } from "./figure.js";

const CHILD = fileURLToPath(new URL("family-child.js", import.meta.url));

/** A figure with what it came to. */
export interface Row extends Measured {
  readonly definition: Figure;
  readonly node: string;
  readonly verdict: Verdict;
}

/** All that a run found out. */
export interface Outcome {
  readonly rows: readonly Row[];
  readonly alternatives: readonly Alternative[];
  /** Families that could not be measured. */
  readonly failed: readonly string[];
  readonly waits: number;
  readonly gaveUp: number;
}

export interface RunOptions {
  readonly families: readonly Family[];
  readonly folder: string;
  readonly quick: boolean;
  /** What times are measured with, see `clock.ts`. */
  readonly clock: "wall" | "cpu";
  readonly sessions: number;
  /** Paths of the Nodes: the one that most runs under, and one more for what starts processes. */
  readonly newest: string;
  readonly older: string | undefined;
  readonly onProgress: (what: string) => void;
}

/**
 * Each family in a process of its own, under each Node it is for: what one has compiled, allocated and collected is not in the
 * way of the next, and one that fails leaves the others.
 */
export function runFamilies(options: RunOptions): Outcome {
  const { families, newest, older, onProgress } = options;
  const rows: Row[] = [];
  const alternatives: Alternative[] = [];
  const failed: string[] = [];
  let [waits, gaveUp] = [0, 0];
  for (const family of families) {
    for (const node of family.nodes === "both" && older !== undefined ? [older, newest] : [newest]) {
      const version = versionOf(node);
      onProgress(`${family.name}, Node ${version}`);
      const report = runOne(family, node, options);
      if (report === undefined) {
        failed.push(`${family.name} (Node ${version})`);
        continue;
      }
      for (const one of report.measured) {
        const definition = family.figures.find(({ name }) => name === one.figure);
        if (definition === undefined)
          throw new Error(`${family.name} measured ${one.figure}, which it does not declare`);
        rows.push({ ...one, definition, node: version, verdict: verdictOf(definition, one.value) });
      }
      alternatives.push(...(report.alternatives ?? []));
      waits += report.waits;
      gaveUp += report.gaveUp;
    }
  }
  return { rows, alternatives, failed, waits, gaveUp };
}

function runOne(family: Family, node: string, options: RunOptions): FamilyReport | undefined {
  const { folder, quick, sessions, clock } = options;
  const fixtures = path.join(folder, "fixtures");
  fs.mkdirSync(fixtures, { recursive: true, mode: 0o700 });
  const report = path.join(folder, "report.json");
  const order: FamilyOrder = { family: family.name, folder, fixtures, quick, sessions, report };
  fs.rmSync(report, { force: true });
  const { status } = spawnSync(node, ["--expose-gc", CHILD, JSON.stringify(order)], {
    env: cleanEnvironment({ [CLOCK_VARIABLE]: clock }),
    stdio: ["ignore", "inherit", "inherit"],
  });
  return status === 0 ? (JSON.parse(fs.readFileSync(report, "utf8")) as FamilyReport) : undefined;
}

export function versionOf(node: string): string {
  if (node === process.execPath) return process.versions.node;
  return spawnSync(node, ["--version"], { encoding: "utf8" }).stdout.trim().replace(/^v/, "");
}
