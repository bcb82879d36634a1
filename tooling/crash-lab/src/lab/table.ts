import { type Performed } from "./perform.js";
import { type Outcome } from "./run.js";

const FIGURES = [
  ["acknowledged", "acknowledged"],
  ["lost", "lost"],
  ["twice", "twice"],
  ["out of order", "outOfOrder"],
  ["kills", "kills"],
  ["stops", "stops"],
  ["faults", "faults"],
  ["checked", "checked"],
] as const satisfies readonly (readonly [string, keyof Outcome])[];
const HEAD = ["subject", "run", ...FIGURES.map(([title]) => title), "slowest ms", "seconds", "note"];
const TEXTS = [0, 1, HEAD.length - 1];

/** What was performed as a table in Markdown, which reads as well where nobody renders it. */
export function formatTable(performed: readonly Performed[]): string {
  const lines = [HEAD, ...performed.map(cellsOf), totalsOf(performed)];
  const widths = HEAD.map((_, column) => Math.max(3, ...lines.map((line) => line[column]?.length ?? 0)));
  const isText = (column: number): boolean => TEXTS.includes(column);
  const row = (cells: readonly string[]): string => {
    const padded = cells.map((cell, at) =>
      isText(at) ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    );
    return `| ${padded.join(" | ")} |`;
  };
  const rule = widths.map((width, at) => (isText(at) ? "-".repeat(width) : `${"-".repeat(width - 1)}:`));
  const [head = HEAD, ...body] = lines;
  return [row(head), row(rule), ...body.map(row)].join("\n");
}

function cellsOf({ run, seconds, skipped, outcome, wrongs }: Performed): readonly string[] {
  const notes = [
    skipped === undefined ? "" : `skipped: ${skipped}`,
    outcome?.note ?? "",
    wrongs.length === 0 ? "" : `WRONG (${wrongs.length})`,
  ];
  return [
    run.subject,
    run.isControl === true ? `control: ${run.name}` : run.name,
    ...FIGURES.map(([, field]) => count(outcome?.[field])),
    outcome?.slowestMs?.toFixed(1) ?? "",
    skipped === undefined ? seconds.toFixed(1) : "",
    notes
      .filter((note) => note !== "")
      .join("; ")
      .replaceAll("|", "/"),
  ];
}

/** Of all but the controls. */
function totalsOf(performed: readonly Performed[]): readonly string[] {
  const real = performed.filter(({ run }) => run.isControl !== true);
  const all = (field: (typeof FIGURES)[number][1]): readonly number[] =>
    real.map(({ outcome }) => outcome?.[field] ?? 0);
  const slowest = Math.max(0, ...real.map(({ outcome }) => outcome?.slowestMs ?? 0));
  const seconds = performed.reduce((total, one) => total + one.seconds, 0);
  return [
    "all",
    "without the controls",
    ...FIGURES.map(([, field]) => count(all(field).reduce((total, one) => total + one, 0))),
    slowest.toFixed(1),
    seconds.toFixed(1),
    "",
  ];
}

const count = (value: number | undefined): string => (value === undefined ? "" : value.toLocaleString("en"));
