/**
 * Characters that a terminal acts on instead of showing: C0 and C1 controls, DEL, marks that turn the writing direction
 * or are not seen at all (a title could show another name than it has), line separators and lone surrogates.
 */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** Text from a session, made safe to print on one line: what a terminal would act on is shown as an escape. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, (char) => SHORT[char] ?? escapeCode(char.charCodeAt(0)));
}

/** The same inside JSON text, where only a `\u` escape keeps the value. `JSON.stringify` leaves DEL, C1 and bidi as they are. */
export function escapeJson(json: string): string {
  return json.replace(UNSAFE, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function escapeCode(code: number): string {
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u{${code.toString(16)}}`;
}
