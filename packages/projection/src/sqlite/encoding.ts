import { type IndexValue } from "../store.js";

const SURROGATES = /[\ud800-\udfff]/;

/**
 * A string as bytes whose order is that of its code units: each code unit by itself as UTF-8 would write it (CESU-8). Half
 * a surrogate pair survives, which SQLite's own text does not grant.
 */
export function encodeText(text: string): Buffer {
  if (!SURROGATES.test(text)) return Buffer.from(text, "utf8");
  return Buffer.concat(Array.from({ length: text.length }, (_, at) => encodeUnit(text.charCodeAt(at))));
}

function encodeUnit(unit: number): Buffer {
  if (unit < 0xd800 || unit > 0xdfff) return Buffer.from(String.fromCharCode(unit), "utf8");
  return Buffer.of(0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f));
}

/** The string that `encodeText` made the bytes of. */
export function decodeText(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (!buffer.includes(0xed)) return buffer.toString("utf8");
  let text = "";
  let start = 0;
  for (let at = buffer.indexOf(0xed); at !== -1; at = buffer.indexOf(0xed, at + 1)) {
    const [second = 0, third = 0] = buffer.subarray(at + 1, at + 3);
    if (second < 0xa0) continue;
    text += buffer.toString("utf8", start, at);
    text += String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f));
    start = at + 3;
  }
  return text + buffer.toString("utf8", start);
}

/** NUL ends a component; one inside is followed by 0xFF, a byte that no text has. */
const END = Buffer.of(0x00);
const ESCAPED_NUL = Buffer.of(0x00, 0xff);
/** Behind the bytes of some components, it sorts behind every value that begins with them. */
export const BEHIND_ALL: Buffer = Buffer.of(0xff);

/**
 * Index values as bytes whose order is that of their components, one after another, a shorter one before those it is the
 * beginning of: what begins with some components lies between their bytes and their bytes with 0xFF behind them.
 */
export function encodeValue(value: IndexValue): Buffer {
  return Buffer.concat(value.flatMap((part) => [...encodePart(part), END]));
}

function encodePart(part: string): readonly Buffer[] {
  if (!part.includes("\0")) return [encodeText(part)];
  return part.split("\0").flatMap((piece, at) => (at === 0 ? [encodeText(piece)] : [ESCAPED_NUL, encodeText(piece)]));
}

/** The value that `encodeValue` made the bytes of. */
export function decodeValue(bytes: Uint8Array): IndexValue {
  const value: string[] = [];
  let part: string[] = [];
  let start = 0;
  for (let at = bytes.indexOf(0); at !== -1; at = bytes.indexOf(0, at + 1)) {
    part.push(decodeText(bytes.subarray(start, at)));
    if (bytes[at + 1] === 0xff) {
      start = at + 2;
      continue;
    }
    value.push(part.join("\0"));
    part = [];
    start = at + 1;
  }
  return value;
}

/**
 * A word in letters and digits of ASCII, so that SQLite's tokenizer neither splits nor folds it by rules of its own. What
 * is not plain becomes `x` and its four hex digits, `x` itself included: the beginning of a word stays the beginning.
 */
export function encodeWord(word: string): string {
  return word.replace(/[^a-wyz0-9]/g, (unit) => `x${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
