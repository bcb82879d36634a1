import stringWidth from "string-width";
import { escapeText } from "./escape.js";

/** No cell shows more of a text than its first 4,096 characters: what follows could only slow the measuring down. */
const LONGEST_LOOK = 4_096;

/** Safe text of at most `width` terminal columns; what does not fit becomes an ellipsis. Emoji and wide letters count as two. */
export function fitText(text: string, width: number): string {
  const safe = escapeText(text.slice(0, LONGEST_LOOK));
  if (text.length <= LONGEST_LOOK && stringWidth(safe) <= width) return safe;
  let fitted = "";
  let columns = 0;
  for (const { segment } of SEGMENTER.segment(safe)) {
    columns += stringWidth(segment);
    if (columns > width - 1) break;
    // A letter may carry ten thousand marks: it is one column wide and would fill the screen upwards.
    fitted += segment.slice(0, 16);
  }
  return `${fitted}…`;
}

const SEGMENTER = new Intl.Segmenter(undefined, { granularity: "grapheme" });
