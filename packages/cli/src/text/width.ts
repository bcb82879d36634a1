import stringWidth from "string-width";
import { escapeText } from "./escape.js";

/** No cell shows more of a text than its first 4,096 characters: what follows could only slow the measuring down. */
const LONGEST_LOOK = 4_096;

/** A letter may carry ten thousand marks: it is one column wide and would fill the screen upwards. */
const LONGEST_LETTER = 16;

/** Safe text of at most `width` terminal columns; what does not fit becomes an ellipsis. Emoji and wide letters count as two. */
export function fitText(text: string, width: number): string {
  const safe = escapeText(text.slice(0, LONGEST_LOOK));
  let fitted = "";
  /** Where to cut when the text turns out too long: an ellipsis needs one column. */
  let cut = 0;
  let columns = 0;
  for (const { segment } of SEGMENTER.segment(safe)) {
    columns += stringWidth(segment);
    if (columns > width) return `${fitted.slice(0, cut)}…`;
    fitted += segment.slice(0, LONGEST_LETTER);
    if (columns < width) cut = fitted.length;
  }
  return text.length <= LONGEST_LOOK ? fitted : `${fitted.slice(0, cut)}…`;
}

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: "grapheme" });
