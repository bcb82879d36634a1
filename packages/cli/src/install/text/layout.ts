import { type Node } from "jsonc-parser";
import { type SettingsText } from "./settings-text.js";

/** How something new is written into a container so that it looks like the rest of the file. */
export interface Layout {
  /** What stands before each new child, behind the bracket or comma. */
  readonly lead: string;
  /** What stands behind the last new child of a container that was empty. */
  readonly tail: string;
  /** One level of indentation; undefined writes everything on one line. */
  readonly unit: string | undefined;
}

/** The last line break before a place and the white space at the beginning of its line. */
const LINE_START = /(\r\n|\n)([ \t]*)[^\n]*$/;

/**
 * The layout for new children at the end of a container. In one with children it is that of the last child; in an empty
 * one it is a line of its own, unless the whole file is one line. `before` is the text up to and with the bracket, as
 * it will be when nothing of ours stands before it.
 */
export function layoutIn(settings: SettingsText, container: Node, before: string): Layout {
  const { text, root } = settings;
  const children = container.children ?? [];
  const last = children.at(-1);
  if (last !== undefined) {
    const previous = children.at(-2);
    const gap = text.slice(previous === undefined ? container.offset + 1 : endOf(previous), last.offset);
    const [, eol, indent] = LINE_START.exec(gap) ?? [];
    if (eol === undefined) return { lead: /[ \t]*$/.exec(gap)?.[0] ?? "", tail: "", unit: undefined };
    return { lead: eol + (indent ?? ""), tail: "", unit: indentUnit(settings) };
  }
  const oneLine = root !== undefined && container !== root && !text.slice(root.offset, endOf(root)).includes("\n");
  if (oneLine) return { lead: "", tail: "", unit: undefined };
  const tail = lineBreak(text) + lineIndent(before);
  return { lead: tail + indentUnit(settings), tail, unit: indentUnit(settings) };
}

/** The white space at the beginning of the last line. */
export function lineIndent(text: string): string {
  return /^[ \t]*/.exec(text.slice(text.lastIndexOf("\n") + 1))?.[0] ?? "";
}

export function endOf(node: Node): number {
  return node.offset + node.length;
}

/** A value as it is written behind `lead`, its further lines below it. */
export function renderValue(value: unknown, { lead, unit }: Layout): string {
  if (unit === undefined) return JSON.stringify(value);
  return JSON.stringify(value, null, unit).replaceAll("\n", lead);
}

export function renderProperty(name: string, value: unknown, layout: Layout): string {
  return `${JSON.stringify(name)}:${layout.unit === undefined ? "" : " "}${renderValue(value, layout)}`;
}

/** The line break of the file's first line; a file of one line has none to follow. */
export function lineBreak(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? "\n";
}

/** The indentation of the root's first child that begins a line; two spaces where none does. JSON.stringify takes 10 characters. */
function indentUnit({ text, root }: SettingsText): string {
  for (const child of root?.children ?? []) {
    const start = text.slice(text.lastIndexOf("\n", child.offset - 1) + 1, child.offset);
    if (/^(?: {1,10}|\t{1,10})$/.test(start)) return start;
  }
  return "  ";
}
