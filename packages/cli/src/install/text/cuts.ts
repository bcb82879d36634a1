import { type Node } from "jsonc-parser";
import { endOf, lineIndent } from "./layout.js";

/** A piece of text to leave out. Its end may depend on what is left before it. */
export interface Cut {
  readonly from: number;
  readonly to: number | ((before: string) => number);
}

const WHITE = /^\s*$/;
const COMMA = /^\s*,\s*$/;

/**
 * What to cut so that some children of a list or object are gone, each run with the comma that joined it to the rest. A
 * comment between two of them is not ours to remove and stays.
 */
export function cutChildren(text: string, container: Node, gone: readonly Node[]): readonly Cut[] {
  const children = container.children ?? [];
  if (gone.length === 0) return [];
  if (gone.length === children.length) return [cutWholeContent(text, container, children)];
  const cuts: Cut[] = [];
  for (let first = 0; first < children.length; first++) {
    if (!isIn(gone, children[first])) continue;
    let last = first;
    while (isIn(gone, children[last + 1])) last++;
    cuts.push(...cutRun(text, children, first, last));
    first = last;
  }
  return cuts;
}

/** Applies cuts, in the order of the text. */
export function cutAll(text: string, cuts: readonly Cut[]): string {
  let out = "";
  let done = 0;
  for (const { from, to } of [...cuts].sort((a, b) => a.from - b.from)) {
    out += text.slice(done, from);
    done = typeof to === "number" ? to : to(out);
  }
  return out + text.slice(done);
}

function isIn(gone: readonly Node[], node: Node | undefined): boolean {
  return node !== undefined && gone.includes(node);
}

function cutRun(text: string, children: readonly Node[], first: number, last: number): readonly Cut[] {
  const [start, end] = [children[first], children[last]] as [Node, Node];
  const previous = children[first - 1];
  const next = children[last + 1];
  if (previous !== undefined)
    return cutWithComma(text, endOf(previous), start.offset, { from: start.offset, to: endOf(end) }, "before");
  if (next !== undefined)
    return cutWithComma(text, endOf(end), next.offset, { from: start.offset, to: endOf(end) }, "behind");
  return [{ from: start.offset, to: endOf(end) }];
}

/** The run and the gap that holds its comma; of a gap with a comment in it only the comma. */
function cutWithComma(
  text: string,
  gapFrom: number,
  gapTo: number,
  run: { readonly from: number; readonly to: number },
  side: "before" | "behind",
): readonly Cut[] {
  const gap = text.slice(gapFrom, gapTo);
  if (COMMA.test(gap)) return [side === "before" ? { from: gapFrom, to: run.to } : { from: run.from, to: gapTo }];
  const comma = gapFrom + commaIn(gap);
  return [run, { from: comma, to: comma + 1 }];
}

/** The place of the one comma that is in no comment. */
function commaIn(gap: string): number {
  return gap.replaceAll(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (comment) => " ".repeat(comment.length)).indexOf(",");
}

/**
 * The whole content of a container that was empty before us. It begins right behind the bracket, and ends with the line
 * break and indentation that stand before the closing bracket, when they are still there: what follows was there before.
 */
function cutWholeContent(text: string, container: Node, children: readonly Node[]): Cut {
  const inside = container.offset + 1;
  const [first, last] = [children[0], children.at(-1)] as [Node, Node];
  const lead = text.slice(inside, first.offset);
  const rest = text.slice(endOf(last), endOf(container) - 1);
  const comma = /^\s*,/.exec(rest)?.[0];
  if (comma !== undefined) return { from: WHITE.test(lead) ? inside : first.offset, to: endOf(last) + comma.length };
  if (!WHITE.test(lead)) return { from: first.offset, to: endOf(last) };
  const [eol] = /^\r?\n/.exec(lead) ?? [];
  return {
    from: inside,
    to: (before) => {
      const tail = eol === undefined ? "" : eol + lineIndent(before);
      return endOf(last) + (rest.startsWith(tail) ? tail.length : 0);
    },
  };
}
