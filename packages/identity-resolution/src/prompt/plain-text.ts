/** Marks in a row above which they are a weapon: sorting them is quadratic. The limit of Unicode's stream-safe format (UAX 15). */
const EXCESS_MARKS = /([\p{Mark}\uFF9E\uFF9F]{30})[\p{Mark}\uFF9E\uFF9F]+/gu;

const limitMarks = (text: string): string => text.replace(EXCESS_MARKS, "$1");

const ESCAPE = 0x1b;
const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code < 0xa0);
const isSpace = (code: number): boolean => code >= 0x09 && code <= 0x0d;

/** Where the parameters and the last letter of a control sequence end. */
function afterControlSequence(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) >= 0x20 && text.charCodeAt(at) < 0x40) at++;
  const code = text.charCodeAt(at);
  return code >= 0x40 && code <= 0x7e ? at + 1 : at;
}

/** Where a string that a terminal would swallow ends: behind BEL or ST, before any other control. Unended it is text. */
function afterControlString(text: string, from: number): number {
  let at = from;
  while (at < text.length && (!isControl(text.charCodeAt(at)) || isSpace(text.charCodeAt(at)))) at++;
  if (at === text.length) return from;
  if (text.charCodeAt(at) === ESCAPE && text[at + 1] === "\\") return at + 2;
  return text[at] === "\u0007" || text[at] === "\u009c" ? at + 1 : at;
}

/** Where what begins with the control character at `at` ends. */
function afterControl(text: string, at: number): number {
  const escaped = text.charCodeAt(at) === ESCAPE;
  // The 8-bit forms, 0x90 to 0x9f, mean what ESC and the letter 0x40 below means.
  const letter = escaped ? text[at + 1] : String.fromCharCode(text.charCodeAt(at) - 0x40);
  const from = escaped ? at + 2 : at + 1;
  if (letter === "[") return afterControlSequence(text, from);
  if (letter !== undefined && "]PX^_".includes(letter)) return afterControlString(text, from);
  if (!escaped) return at + 1;
  return letter !== undefined && letter >= " " && letter <= "~" ? from : at + 1;
}

/** The text without terminal escapes and control characters; white space stays. Each character is passed once. */
function dropControls(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length;) {
    const code = text.charCodeAt(at);
    if (!isControl(code) || isSpace(code)) {
      at++;
      continue;
    }
    kept.push(text.slice(from, at));
    at = from = afterControl(text, at);
  }
  kept.push(text.slice(from));
  return kept.join("");
}

/**
 * The text as a person reads it: one form for what looks the same (NFKC), no terminal escapes, no control characters, nothing
 * that turns the direction of writing, no half surrogate pairs. The joiners of scripts and emoji stay.
 */
export function toPlainText(raw: string): string {
  const seen = dropControls(raw)
    .replace(/(?![\u200c\u200d])\p{Format}/gu, "")
    .replace(/\p{Surrogate}/gu, "\uFFFD");
  return limitMarks(limitMarks(seen).normalize("NFKC"));
}
