import { escapeText } from "./escape.js";
import { loadStringWidth } from "./load-string-width.js";

/** No cell shows more of a text than its first 4,096 characters: what follows could only slow the measuring down. */
const LONGEST_LOOK = 4_096;

/** A letter may carry ten thousand marks: it is one column wide and would fill the screen upwards. */
const LONGEST_LETTER = 16;

/** Printable ASCII, and the ellipsis of a text that was cut: a column each. */
const PLAIN = /^[\u0020-\u007e\u2026]*$/;

/** Columns of a terminal that a text takes, colours not counted. */
export function columnsOf(text: string): number {
  return PLAIN.test(text) ? text.length : loadStringWidth()(text);
}

/** Safe text of at most `width` terminal columns; what does not fit becomes an ellipsis. Emoji and wide letters count as two. */
export function fitText(text: string, width: number): string {
  const safe = escapeText(text.slice(0, LONGEST_LOOK));
  const isCut = text.length > LONGEST_LOOK;
  if (PLAIN.test(safe)) return safe.length <= width && !isCut ? safe : `${safe.slice(0, Math.max(0, width - 1))}…`;
  return fitLetters(safe, width, isCut);
}

function fitLetters(safe: string, width: number, isCut: boolean): string {
  // Its tables are loaded for the first text that needs them.
  segmenter ??= new Intl.Segmenter(undefined, { granularity: "grapheme" });
  let fitted = "";
  /** Where to cut when the text turns out too long: an ellipsis needs one column. */
  let cut = 0;
  let columns = 0;
  for (const { segment } of segmenter.segment(safe)) {
    columns += columnsOf(segment);
    if (columns > width) return `${fitted.slice(0, cut)}…`;
    fitted += segment.slice(0, LONGEST_LETTER);
    if (columns < width) cut = fitted.length;
  }
  return isCut ? `${fitted.slice(0, cut)}…` : fitted;
}

let segmenter: Intl.Segmenter | undefined;
