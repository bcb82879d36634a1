import { type ParticipantName, type Reading } from "./protocol.js";
import { type SoakReport } from "./soak.js";
import { descriptors, live, type Measure, resident, type Trend, trendOf } from "./trend.js";

/** What is printed of a soak: one table, then what was wrong. */

interface Row {
  readonly process: ParticipantName;
  readonly cells: readonly string[];
}

const MIB = 1024 * 1024;
const HEAD = ["process", "done", "resident MiB", "KiB/min", "live MiB", "KiB/min", "descriptors", "a min", "verdict"];

const MEASURES: readonly { readonly name: string; readonly measure: Measure }[] = [
  { name: "resident memory", measure: resident },
  { name: "live memory", measure: live },
  { name: "descriptors", measure: descriptors },
];

/** All that was wrong, what grows among it. */
export function wrongsOf({ readings, wrong }: Pick<SoakReport, "readings" | "wrong">): readonly string[] {
  const growing = [...readings].flatMap(([name, list]) =>
    MEASURES.filter(({ measure }) => trendOf(list, measure)?.verdict === "GROWS").map(
      (one) => `the ${name}'s ${one.name} grows`,
    ),
  );
  return [...wrong, ...growing];
}

/** Whether it was long enough for memory to be judged. */
export function isJudged({ readings }: Pick<SoakReport, "readings">): boolean {
  return [...readings.values()].every((list) => trendOf(list, resident)?.verdict !== "too short");
}

export function formatReport(report: SoakReport, seed: number): string {
  const rows = [...report.readings].map(([name, list]) => rowOf(name, list));
  const table = [HEAD, ...rows.map(({ process, cells }) => [process, ...cells])];
  const widths = HEAD.map((_, column) => Math.max(...table.map((row) => row[column]!.length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => pad(cell, widths[column]!, column))
      .join("  ")
      .trimEnd(),
  );
  return [
    ...lines,
    "",
    summaryOf(report, seed),
    ...wrongsOf(report).map((line) => `WRONG  ${line}`),
    ...keptOf(report),
  ].join("\n");
}

/** The same as a section of a document. */
export function formatSection(report: SoakReport, seed: number): string {
  const toRow = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  const rows = [...report.readings].map(([name, list]) => rowOf(name, list));
  return [
    "## Soak",
    "",
    summaryOf(report, seed),
    "",
    toRow(HEAD),
    toRow(HEAD.map((_, column) => (column === 0 ? "---" : "---:"))),
    ...rows.map(({ process, cells }) => toRow([process, ...cells])),
    "",
    "Memory and descriptors: first → last (most) after the warm-up, read once a second after a garbage collection; slopes by least squares.",
    "",
    ...wrongsOf(report).map((line) => `- WRONG: ${line}`),
    "",
  ].join("\n");
}

function rowOf(process: ParticipantName, readings: readonly Reading[]): Row {
  const [memory, heap, files] = [trendOf(readings, resident), trendOf(readings, live), trendOf(readings, descriptors)];
  const verdicts = [...new Set([memory, heap, files].flatMap((trend) => trend?.verdict ?? []))];
  const verdict = verdicts.includes("GROWS") ? "GROWS" : (verdicts[0] ?? "not read");
  const done = readings.at(-1)?.done ?? 0;
  return {
    process,
    cells: [
      String(done),
      spanOf(memory, MIB, 1),
      slopeOf(memory, 1024),
      spanOf(heap, MIB, 1),
      slopeOf(heap, 1024),
      spanOf(files, 1, 0),
      slopeOf(files, 1),
      verdict,
    ],
  };
}

function summaryOf(report: SoakReport, seed: number): string {
  const { seconds, sessions, acknowledged, followed, hooks, events } = report;
  const made = `${sessions.writer} sessions written, ${sessions.hooks} hooked, ${sessions.import} imported`;
  const rate = (hooks / seconds).toFixed(1);
  return `${seconds.toFixed(0)} s, seed ${seed}: ${made}; ${events} events in their logs and the registry's, ${acknowledged} acknowledged to the writer, ${followed} followed, ${hooks} hooks (${rate} a second, 20 where the machine keeps up)`;
}

function keptOf({ kept }: SoakReport): readonly string[] {
  return kept === undefined ? [] : [`the store is kept in ${kept}`];
}

function spanOf(trend: Trend | undefined, unit: number, digits: number): string {
  if (trend === undefined) return "-";
  const [first, last, max] = [trend.first, trend.last, trend.max].map((value) => (value / unit).toFixed(digits));
  return `${first} → ${last} (${max})`;
}

function slopeOf(trend: Trend | undefined, unit: number): string {
  if (trend === undefined) return "-";
  const value = trend.perMinute / unit;
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(unit === 1 ? 2 : 0)}`;
}

function pad(cell: string, width: number, column: number): string {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
