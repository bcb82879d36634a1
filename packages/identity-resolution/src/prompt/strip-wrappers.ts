import { DROPPED, UNWRAPPED } from "./wrappers.js";

type Tag = {
  readonly start: number;
  readonly end: number;
  readonly name: string;
  readonly kind: "open" | "close" | "alone";
};
type Range = { readonly start: number; readonly end: number };

/** How many characters were looked at; a test holds it to be linear. */
export type Work = { steps: number };

/** Longer than any name above: what is longer is none of them. */
const LONGEST_NAME = 64;

/** The tag whose text stands between `<` and `>`, when it is a wrapper's. Spaces, attributes, capitals and unseen characters do not hide it. */
function readTag(inner: string, start: number, end: number): Tag | undefined {
  const text = inner.replace(/\p{Default_Ignorable_Code_Point}/gu, "").trim();
  const closes = text.startsWith("/");
  const rest = closes ? text.slice(1).trimStart() : text;
  const word = /^[a-z][a-z0-9_-]*(?=$|[\s/])/i.exec(rest.slice(0, LONGEST_NAME))?.[0];
  const name = word?.toLowerCase().replaceAll("_", "-") ?? "";
  if (UNWRAPPED.has(name)) return { start, end, name, kind: "alone" };
  if (!DROPPED.has(name)) return undefined;
  return { start, end, name, kind: closes ? "close" : text.endsWith("/") ? "alone" : "open" };
}

/** A tag has no `<` in it, so that no character is in two attempts to read one. */
function findTags(text: string, work: Work): readonly Tag[] {
  const tags: Tag[] = [];
  let start = -1;
  for (let at = 0; at < text.length; at++) {
    work.steps++;
    const char = text[at];
    if (char === "<") start = at;
    if (char !== ">" || start < 0) continue;
    work.steps += at - start;
    const tag = readTag(text.slice(start + 1, at), start, at + 1);
    if (tag !== undefined) tags.push(tag);
    start = -1;
  }
  return tags;
}

/** What to do with a tag that has no other half: it may be a mention in a sentence, or half of what a cut brings together. */
export type Unpaired = "keep" | "drop";

/** What to cut: elements from tag to tag, and alone the tags around what a person typed. */
function findCuts(tags: readonly Tag[], unpaired: Unpaired, work: Work): readonly Range[] {
  const cuts: Range[] = [];
  const open: Tag[] = [];
  const count = new Map<string, number>();
  const cut = (range: Range): void => {
    while ((cuts.at(-1)?.start ?? -1) >= range.start) cuts.pop();
    cuts.push(range);
  };
  for (const tag of tags) {
    work.steps++;
    if (tag.kind === "open") {
      open.push(tag);
      count.set(tag.name, (count.get(tag.name) ?? 0) + 1);
    }
    if (unpaired === "drop" || tag.kind === "alone") cut(tag);
    if (tag.kind !== "close" || (count.get(tag.name) ?? 0) === 0) continue;
    // Each opening tag is taken off once, so that deep nesting costs no more than its length.
    for (let top = open.pop(); top !== undefined; top = open.pop()) {
      work.steps++;
      count.set(top.name, (count.get(top.name) ?? 1) - 1);
      if (top.name !== tag.name) continue;
      cut({ start: top.start, end: tag.end });
      break;
    }
  }
  return cuts;
}

/** The text with a space for each wrapper. One pass: what a cut brings together is not looked at again. */
export function stripWrappers(text: string, unpaired: Unpaired, work: Work = { steps: 0 }): string {
  const cuts = findCuts(findTags(text, work), unpaired, work);
  const kept: string[] = [];
  let from = 0;
  for (const { start, end } of cuts) {
    kept.push(text.slice(from, start), " ");
    from = end;
  }
  kept.push(text.slice(from));
  return kept.join("");
}

/**
 * The text in which no wrapper's tag is a tag any more: those that two passes have left were put together to survive them. The
 * bracket stays, for without it an earlier one would reach further.
 */
export function disarmWrappers(text: string, work: Work = { steps: 0 }): string {
  const kept: string[] = [];
  let from = 0;
  for (const { start } of findTags(text, work)) {
    kept.push(text.slice(from, start), "<!");
    from = start + 1;
  }
  kept.push(text.slice(from));
  return kept.join("");
}
