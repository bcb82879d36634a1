import { isUtf8 } from "node:buffer";
import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { MAX_BATCH_LINES, MAX_DEPTH, MAX_SEQ } from "./format.js";

/** A payload too large for a line: the JSON text of an event's `data`, in a file of its own. */
export interface BlobReference {
  /** SHA-256 of the text, in lower-case hex: also the name of its file. */
  readonly sha256: string;
  /** Length of the text in bytes. */
  readonly bytes: number;
}

/** What every stored event has; its other top-level fields are the caller's. */
export interface StoredEvent {
  readonly seq: number;
  readonly id: string;
  readonly time: string;
  readonly type: string;
  readonly data: object;
  /** Where `data` is, when it was too large for a line; `data` is then empty. */
  readonly blob?: BlobReference;
  readonly batch?: readonly [index: number, count: number];
  readonly writer: string;
  readonly prev: string;
  readonly crc: string;
}

/** Says that the numbers `from` to `to` were lost to damage that a repair has set aside, and what the chain goes on with. */
export interface HoleRecord {
  readonly hole: readonly [from: number, to: number];
  readonly prev: string;
  readonly next: string;
}

/** Why a line does not count. */
export type LineFault = "torn" | "not-utf8" | "too-deep";

/** A line by itself, before its place in the log decides whether it counts. */
export type DecodedLine =
  | { readonly kind: "event"; readonly event: StoredEvent }
  | { readonly kind: "hole"; readonly record: HoleRecord }
  | { readonly kind: LineFault };

const CRC_LEAD = Buffer.from(',"crc":"');
const HEX_DIGITS = Buffer.from("0123456789abcdef");
/** `,"crc":"` + 8 hex digits + `"}` */
const CRC_FIELD_BYTES = 18;

/** The length in bytes of the whole line that `writeLine` makes of a head of `headBytes`. */
export function lineBytes(headBytes: number): number {
  return headBytes + CRC_FIELD_BYTES + 1;
}

/**
 * Writes one line into `target` at `offset`: the head (an object's text without its closing brace), then the crc field,
 * the brace and the newline. Returns where the line ends, the newline not counted.
 */
export function writeLine(target: Buffer, offset: number, head: string): number {
  const headEnd = offset + target.write(head, offset, "utf8");
  let crc = crc32(target.subarray(offset, headEnd));
  let at = headEnd;
  // Byte by byte: a call that writes a string takes longer than so few bytes do.
  for (let index = 0; index < CRC_LEAD.length; index++) target[at++] = CRC_LEAD[index]!;
  for (let digit = at + 7; digit >= at; digit--) {
    target[digit] = HEX_DIGITS[crc & 15]!;
    crc >>>= 4;
  }
  at += 8;
  target[at++] = 0x22;
  target[at++] = 0x7d;
  target[at] = 0x0a;
  return at;
}

/** The chain hash of a line: the first 128 bits of SHA-256 over its bytes without the newline, in hex. */
export function hashLine(line: Uint8Array): string {
  return hash("sha256", line, "hex").slice(0, 32);
}

const torn: DecodedLine = { kind: "torn" };
const notUtf8: DecodedLine = { kind: "not-utf8" };
const tooDeep: DecodedLine = { kind: "too-deep" };

/**
 * Decodes the bytes of one line, without its newline. A pure function: every reader and writer shares it.
 *
 * @param ascii the same as text, where somebody has seen already that it is ASCII: that spares 0.2 µs a line
 */
export function decodeLine(line: Buffer, ascii?: string): DecodedLine {
  const crcStart = line.length - CRC_FIELD_BYTES;
  if (crcStart < 1 || !endsWithCrc(line, crcStart)) return isUtf8(line) ? torn : notUtf8;
  if (ascii === undefined && !isUtf8(line)) return notUtf8;
  let value: unknown;
  try {
    value = JSON.parse(ascii ?? line.toString("utf8"));
  } catch {
    return torn;
  }
  if (!fitsDepth(value, MAX_DEPTH)) return tooDeep;
  if (isStoredEvent(value)) return { kind: "event", event: value };
  return isHoleRecord(value) ? { kind: "hole", record: value } : torn;
}

function endsWithCrc(line: Buffer, crcStart: number): boolean {
  // Byte by byte: a call of the native comparison takes longer than the eight bytes do.
  for (let at = 0; at < CRC_LEAD.length; at++) if (line[crcStart + at] !== CRC_LEAD[at]) return false;
  if (line[line.length - 1] !== 0x7d || line[line.length - 2] !== 0x22) return false;
  return readHex(line, crcStart + CRC_LEAD.length) === crc32(line.subarray(0, crcStart));
}

/** The number that 8 lower-case hex digits say; -1 when one is none. */
function readHex(line: Buffer, start: number): number {
  let value = 0;
  for (let at = start; at < start + 8; at++) {
    const byte = line[at]!;
    const digit = byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : byte >= 0x61 && byte <= 0x66 ? byte - 0x57 : -1;
    if (digit === -1) return -1;
    value = value * 16 + digit;
  }
  return value;
}

function fitsDepth(value: unknown, left: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  if (left === 0) return false;
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) if (!fitsDepth(item, left - 1)) return false;
    return true;
  }
  for (const key in value) if (!fitsDepth((value as Record<string, unknown>)[key], left - 1)) return false;
  return true;
}

function isStoredEvent(value: unknown): value is StoredEvent {
  if (typeof value !== "object" || value === null) return false;
  const { seq, id, time, type, data, blob, batch, writer, prev } = value as Partial<StoredEvent>;
  return (
    isSeq(seq) &&
    typeof id === "string" &&
    id !== "" &&
    typeof time === "string" &&
    typeof type === "string" &&
    type !== "" &&
    typeof data === "object" &&
    data !== null &&
    !Array.isArray(data) &&
    typeof writer === "string" &&
    isHash(prev) &&
    (blob === undefined || isBlobReference(blob)) &&
    (batch === undefined || isBatch(batch))
  );
}

function isBlobReference(blob: unknown): boolean {
  if (typeof blob !== "object" || blob === null) return false;
  const { sha256, bytes } = blob as Partial<BlobReference>;
  return typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256) && Number.isSafeInteger(bytes) && bytes! >= 0;
}

function isBatch(batch: unknown): boolean {
  if (!Array.isArray(batch) || batch.length !== 2) return false;
  const [index, count] = batch as unknown[];
  return (
    Number.isInteger(index) &&
    Number.isInteger(count) &&
    (index as number) >= 0 &&
    (count as number) > 1 &&
    (count as number) <= MAX_BATCH_LINES &&
    (index as number) < (count as number)
  );
}

function isHoleRecord(value: unknown): value is HoleRecord {
  if (typeof value !== "object" || value === null) return false;
  const { hole, prev, next } = value as Partial<HoleRecord>;
  return Array.isArray(hole) && hole.length === 2 && isSeq(hole[0]) && isSeq(hole[1]) && isHash(prev) && isHash(next);
}

function isSeq(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < MAX_SEQ;
}

function isHash(value: unknown): value is string {
  if (typeof value !== "string" || value.length !== 32) return false;
  for (let at = 0; at < 32; at++) {
    const code = value.charCodeAt(at);
    if (!((code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66))) return false;
  }
  return true;
}
