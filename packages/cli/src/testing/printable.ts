/** What no listing may print: C0 but the newline, DEL, C1, and what turns or hides text. */
const UNSAFE =
  // oxlint-disable-next-line no-control-regex -- control characters are what it looks for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/u;

/** The first unsafe character of a program's output, as `U+001B`; undefined when a terminal may show it all. */
export function firstUnsafe(output: Uint8Array): string | undefined {
  const found = UNSAFE.exec(Buffer.from(output).toString())?.[0];
  return found === undefined ? undefined : `U+${found.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}
