/** One line of the lab's table; a figure that a run does not have stays empty. */
export interface Row {
  readonly run: string;
  readonly acknowledged?: number;
  readonly lost?: number;
  readonly twice?: number;
  readonly outOfOrder?: number;
  readonly kills?: number;
  readonly stops?: number;
  readonly faults?: number;
  /** Of a take-over, or of the append after a kill or fault. */
  readonly slowestMs?: number;
  readonly note?: string;
}

const HEAD = ["run", "acknowledged", "lost", "twice", "out of order", "kills", "stops", "faults", "slowest ms", "note"];

export function formatTable(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    row.run,
    ...[row.acknowledged, row.lost, row.twice, row.outOfOrder, row.kills, row.stops, row.faults].map((value) =>
      value === undefined ? "" : value.toLocaleString("en"),
    ),
    row.slowestMs?.toFixed(1) ?? "",
    row.note ?? "",
  ]);
  const table = [HEAD, ...cells];
  const widths = HEAD.map((_, column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
  const isText = (column: number): boolean => column === 0 || column === HEAD.length - 1;
  return table
    .map((line) =>
      line
        .map((cell, column) => (isText(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
