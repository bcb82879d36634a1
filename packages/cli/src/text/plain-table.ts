import { stripVTControlCharacters } from "node:util";
import { type Output } from "../output.js";
import { columnsOf } from "./width.js";

/** A table without lines, its columns two blanks apart. Cells are safe to print already; they may have colours. */
export function plainTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  output: Output,
  rightAligned: readonly number[] = [],
): string {
  const lines = [head.map((title) => output.paint("dim", title)), ...rows];
  const widths = head.map((_, at) => Math.max(...lines.map((line) => widthOf(line[at] ?? ""))));
  return lines
    .map((line) =>
      line
        .map((cell, at) => padded(cell, widths[at] ?? 0, rightAligned.includes(at)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function padded(cell: string, width: number, right: boolean): string {
  const blanks = " ".repeat(width - widthOf(cell));
  return right ? blanks + cell : cell + blanks;
}

function widthOf(cell: string): number {
  return columnsOf(stripVTControlCharacters(cell));
}
