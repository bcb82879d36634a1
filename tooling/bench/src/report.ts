import { type Alternative, type Figure } from "./figure.js";
import { type Spread } from "./spread.js";
import { type Outcome, type Row } from "./run-families.js";

const COLUMNS = ["figure", "node", "measured", "p10–p90", "limit", "", "ours", "beside it"] as const;

/** The figures for a terminal. */
export function formatTable({ rows, alternatives }: Pick<Outcome, "rows" | "alternatives">): string {
  const parts = [align([[...COLUMNS], ...rows.map(cellsOf)])];
  for (const group of new Set(alternatives.map((one) => one.group))) {
    const lines = alternatives.filter((one) => one.group === group).map(alternativeCells);
    parts.push(`${group}\n${align(lines)}`);
  }
  return parts.join("\n\n");
}

/** What a row says, column by column: the same for a terminal and for Markdown. */
export function cellsOf(row: Row): readonly string[] {
  const { definition, node, value, verdict, ours, other } = row;
  return [
    row.figure,
    node.split(".")[0] ?? node,
    `${formatNumber(value.median)} ${definition.unit}`,
    formatRange(value),
    formatLimit(definition),
    verdict,
    ours === undefined ? "" : `${formatNumber(ours.spread.median)} ${ours.unit}`,
    [other === undefined ? "" : `${formatNumber(other.spread.median)} ${other.unit}`, row.note ?? ""]
      .filter((text) => text !== "")
      .join("; "),
  ];
}

export function alternativeCells({ name, spread, unit, ratio }: Alternative): readonly string[] {
  return [name, `${formatNumber(spread.median)} ${unit}`, formatRange(spread), `${formatNumber(ratio)}x`];
}

export function formatLimit({ direction, limit, unit }: Figure): string {
  return `${direction === "at-most" ? "≤" : "≥"} ${formatNumber(limit)} ${unit}`;
}

export function formatRange({ p10, p90 }: Spread): string {
  return `${formatNumber(p10)}–${formatNumber(p90)}`;
}

/** Three digits that mean something. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return "none";
  const size = Math.abs(value);
  if (size >= 100) return Math.round(value).toLocaleString("en");
  return size >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function align(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
