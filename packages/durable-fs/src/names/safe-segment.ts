import { createHash } from "node:crypto";

const PLAIN = /^[a-z0-9][a-z0-9_-]{0,127}$/;
/** Devices on Windows, with any extension, in every folder. */
const RESERVED = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/;
const MAX_BYTES = 200;
const HASH = "_.sha256-";

const isPlain = (name: string): boolean => PLAIN.test(name) && !RESERVED.test(name);

/**
 * [DF-6] Turns any string into one file name of at most 200 bytes of `[a-z0-9._-]`. Two different strings never share a
 * name, not on a file system that ignores case or normalises Unicode either; none is `.`, `..`, hidden, a Windows device,
 * or leaves its folder.
 *
 * - `^[a-z0-9][a-z0-9_-]{0,127}$`, device names apart, stays as it is: session ids remain readable.
 * - Anything else is `_` and the UTF-8 bytes, those outside `[a-z0-9_-]` as `.xx` in hex: `Fix it` → `_.46ix.20it`.
 * - What would be longer than 200 bytes is `_.sha256-<64 hex>`. It cannot be turned back: keep the original elsewhere.
 */
export function toSafeSegment(name: string): string {
  if (isPlain(name)) return name;
  // A name over the limit unescaped is over it escaped: do not escape megabytes to find out.
  const escaped = name.length < MAX_BYTES ? escape(name) : undefined;
  if (escaped !== undefined && escaped.length <= MAX_BYTES) return escaped;
  return HASH + createHash("sha256").update(Buffer.from(name, "utf16le")).digest("hex");
}

/** The string a segment was made from; undefined for the hash form and for anything `toSafeSegment` never returns. */
export function fromSafeSegment(segment: string): string | undefined {
  if (isPlain(segment)) return segment;
  if (!/^_(?:[a-z0-9_-]|\.[0-9a-f]{2})*$/.test(segment)) return undefined;
  const bytes = segment.slice(1).replace(/\.(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  const name = decode(Buffer.from(bytes, "latin1"));
  return toSafeSegment(name) === segment ? name : undefined;
}

function escape(name: string): string {
  let escaped = "_";
  for (const character of name) {
    for (const byte of encode(character)) {
      const plain = String.fromCharCode(byte);
      escaped += /[a-z0-9_-]/.test(plain) ? plain : `.${byte.toString(16).padStart(2, "0")}`;
    }
  }
  return escaped;
}

/** UTF-8, and for half a surrogate pair the three bytes it would have there, which UTF-8 itself leaves unused (WTF-8). */
function encode(character: string): Uint8Array {
  const code = character.charCodeAt(0);
  const isLone = character.length === 1 && code >= 0xd800 && code <= 0xdfff;
  if (!isLone) return Buffer.from(character);
  return Uint8Array.of(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
}

/** Splits at the surrogates' bytes, ED A0..BF xx; whatever else is no UTF-8 becomes U+FFFD and fails the round trip. */
function decode(bytes: Buffer): string {
  let name = "";
  let start = 0;
  for (let at = 0; at + 2 < bytes.length; at++) {
    const [first = 0, second = 0, third = 0] = bytes.subarray(at, at + 3);
    if (first !== 0xed || second < 0xa0) continue;
    name += bytes.toString("utf8", start, at) + String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f));
    start = at + 3;
    at += 2;
  }
  return name + bytes.toString("utf8", start);
}
