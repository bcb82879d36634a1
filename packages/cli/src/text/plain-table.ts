import Table from "cli-table3";
import { type Output } from "../output.js";

const NO_LINES = Object.fromEntries(
  [
    ...["top", "top-mid", "top-left", "top-right", "bottom", "bottom-mid", "bottom-left", "bottom-right"],
    ...["left", "left-mid", "mid", "mid-mid", "right", "right-mid", "middle"],
  ].map((part) => [part, ""]),
);

/** A table without lines, its columns two blanks apart. Cells are safe to print already. */
export function plainTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  output: Output,
  rightAligned: readonly number[] = [],
): string {
  const table = new Table({
    head: head.map((title) => output.paint("dim", title)),
    chars: NO_LINES,
    style: { head: [], border: [], "padding-left": 0, "padding-right": 2 },
    colAligns: head.map((_, at) => (rightAligned.includes(at) ? "right" : "left")),
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd())
    .join("\n");
}
