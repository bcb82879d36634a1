import { type Misses } from "./misses.js";
import { alternativeCells, cellsOf } from "./report.js";
import { type Outcome } from "./run-families.js";
import { type Surroundings } from "./surroundings.js";

export interface Run {
  readonly outcome: Outcome;
  readonly misses: Misses;
  readonly surroundings: Surroundings;
  readonly quick: boolean;
  readonly sessions: number;
  readonly minutes: number;
}

/** `RESULTS.md`: every figure beside its limit, the alternatives, and why what is missed is missed. */
export function formatMarkdown(run: Run): string {
  const { outcome, misses } = run;
  const { rows, alternatives, failed } = outcome;
  const titles = new Map(rows.map(({ definition }) => [definition.name, definition.title]));
  return [
    "# Results",
    "",
    "Written by `npx pnpm bench --write`; the causes of misses are in `src/known-misses.ts`. Each figure is the median of rounds in which both sides ran in turn, with p10–p90 of the rounds; ratios are what counts. Reached: the median reaches the limit. Close: it does not, and the limit is within p10–p90. Missed: it is not.",
    "",
    ...headLines(run),
    "",
    "## Limits",
    "",
    ...table(["figure", "Node", "measured", "p10–p90", "limit", "", "ours", "beside it"], rows.map(cellsOf)),
    "",
    ...failed.map((name) => `Not measured, because it failed: ${name}.\n`),
    "What is compared:",
    "",
    ...[...titles].map(([name, title]) => `- \`${name}\`: ${title}`),
    "",
    "## Alternatives",
    "",
    "The same events, from each way of storing them; every store was read back and had all of them. The ratio is that to the first line. What keeps an event when the process is killed stands with durability `os`, what keeps it when the power goes with `disk`. better-sqlite3 is left out: it builds natively for most of a minute and took as long for an event as Node's own SQLite where both were measured (38.5 and 39.2 µs). pino's buffered form keeps less than the others: what it has buffered dies with the process.",
    "",
    ...[...new Set(alternatives.map((one) => one.group))].flatMap((group) => [
      `### ${group[0]?.toUpperCase() ?? ""}${group.slice(1)}`,
      "",
      ...table(
        ["way", "median", "p10–p90", "ratio"],
        alternatives.filter((one) => one.group === group).map(alternativeCells),
      ),
      "",
    ]),
    "## Missed, and why",
    "",
    ...missedLines(misses),
    "",
  ].join("\n");
}

function headLines({ surroundings, outcome, quick, sessions, minutes }: Run): readonly string[] {
  const { date, machine, system, memoryGB, fileSystem, nodes, sqlite, dependencies } = surroundings;
  const versions = Object.entries(dependencies).map(([name, version]) => `${name} ${version}`);
  return [
    `- ${date.slice(0, 10)}, ${quick ? "quick, " : ""}${minutes.toFixed(0)} minutes, ${sessions.toLocaleString("en")} sessions in the large registry`,
    `- ${machine}, ${memoryGB} GB, ${system}, ${fileSystem}`,
    `- Node ${nodes.join(" and ")}; SQLite ${sqlite}; ${versions.join(", ")}`,
    `- the machine was busy at ${outcome.gaveUp} of ${outcome.waits} rounds`,
  ];
}

function missedLines({ explained, unexplained, noLongerMissed, unknown }: Misses): readonly string[] {
  const lines = [
    ...explained.map(({ figure, cause }) => `- \`${figure}\`: ${cause}`),
    ...unexplained.map((figure) => `- \`${figure}\`: **not explained**`),
    ...noLongerMissed.map((figure) => `- \`${figure}\` is explained in \`known-misses.ts\`, and reaches its limit now`),
    ...unknown.map((figure) => `- \`${figure}\` is explained in \`known-misses.ts\`, and there is no such figure`),
  ];
  return lines.length === 0 ? ["Nothing."] : lines;
}

/** Padded as oxfmt pads it, so that a written file is a formatted one. */
function table(head: readonly string[], lines: readonly (readonly string[])[]): readonly string[] {
  const cells = [head, ...lines].map((line) => line.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = head.map((_, column) => Math.max(3, ...cells.map((line) => line[column]?.length ?? 0)));
  const row = (line: readonly string[]): string =>
    `| ${widths.map((width, column) => (line[column] ?? "").padEnd(width)).join(" | ")} |`;
  const [first = [], ...rest] = cells;
  return [row(first), row(widths.map((width) => "-".repeat(width))), ...rest.map(row)];
}
