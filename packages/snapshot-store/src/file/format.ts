import { crc32 } from "node:zlib";
import { type SnapshotEntry } from "../contract.js";

/** The newest format this version reads, and the one it writes. */
export const FORMAT = 1;

const DOCUMENT = Buffer.from('"document":');
const END = Buffer.from("}\n");
const NEWLINE = 0x0a;
const CRC_LENGTH = 8;
/** What follows the checksum, up to the document. */
const CLOSING = Buffer.from('",\n"document":');

/**
 * A document's file is one JSON object on two lines. The first has what lists need, so that they never read the second, which is
 * the document alone:
 *
 *     {"agentlog":"snapshot","format":1,"key":"…","version":7,"time":"…","owner":"…","bytes":13,"crc":"0a1b2c3d",
 *     "document":{"any":"JSON"}}
 *
 * `crc` is the CRC-32 of all before it and of the document's bytes.
 */
export interface Head extends SnapshotEntry {
  readonly crc: string;
  /** The first line as it is in the file: of two files with the same one, both are this version of the document. */
  readonly line: string;
}

/** What a file tells: a head, what is wrong with it, or the format of a newer writer. */
export type Found<T> = { readonly ok: T } | { readonly damage: string } | { readonly newer: string };

/** Fresh memory costs a page fault every 4 KiB, which for 1 MB is more than encoding it: up to so much is kept for the next. */
const MOST_KEPT = 4 * 1024 * 1024;
let scratch = Buffer.alloc(0);

function scratchOf(size: number): Buffer {
  if (size > MOST_KEPT) return Buffer.allocUnsafeSlow(size);
  if (scratch.length < size) scratch = Buffer.allocUnsafeSlow(Math.min(MOST_KEPT, 2 * size));
  return scratch;
}

/** A document's file. The bytes are good until the next call: they are to be written before anything else happens. */
export function encode(entry: Omit<SnapshotEntry, "bytes">, json: string): { head: Head; file: Uint8Array } {
  const { key, version, time, owner } = entry;
  const bytes = Buffer.byteLength(json);
  const fields = { agentlog: "snapshot", format: FORMAT, key, version, time, owner, bytes };
  const start = Buffer.from(`${JSON.stringify(fields).slice(0, -1)},"crc":"`);
  const headBytes = start.length + CRC_LENGTH + CLOSING.length;
  const size = headBytes + bytes + END.length;
  const file = scratchOf(size);
  start.copy(file);
  file.write(json, headBytes, "utf8");
  const crc = checksum(start, file.subarray(headBytes, headBytes + bytes));
  file.write(crc, start.length, "latin1");
  CLOSING.copy(file, start.length + CRC_LENGTH);
  END.copy(file, headBytes + bytes);
  return { head: { ...entry, bytes, crc, line: `${start.toString()}${crc}",` }, file: file.subarray(0, size) };
}

/** Size of the file that has this head. */
export function fileBytes({ line, bytes }: Head): number {
  return Buffer.byteLength(line) + 1 + DOCUMENT.length + bytes + END.length;
}

/** The head of a file, from its beginning; undefined when that is too short to hold it. */
export function decodeHead(beginning: Buffer, isWhole: boolean): Found<Head> | undefined {
  const end = beginning.indexOf(NEWLINE);
  if (end === -1)
    return isWhole ? { damage: beginning.length === 0 ? "it is empty" : "it ends in its first line" } : undefined;
  return parseHead(beginning.toString("utf8", 0, end));
}

/** The head and the document of a whole file. */
export function decode(file: Buffer): Found<{ readonly head: Head; readonly document: unknown }> {
  const found = decodeHead(file, true) ?? { damage: "it is empty" };
  if (!("ok" in found)) return found;
  const head = found.ok;
  if (file.length !== fileBytes(head)) return { damage: `it has ${file.length} bytes instead of ${fileBytes(head)}` };
  const bodyStart = Buffer.byteLength(head.line) + 1 + DOCUMENT.length;
  const body = file.subarray(bodyStart, bodyStart + head.bytes);
  const start = file.subarray(0, Buffer.byteLength(head.line) - head.crc.length - 2);
  const isFramed =
    file.subarray(bodyStart - DOCUMENT.length, bodyStart).equals(DOCUMENT) && file.subarray(-END.length).equals(END);
  if (!isFramed || checksum(start, body) !== head.crc) return { damage: "its checksum does not fit its content" };
  try {
    return { ok: { head, document: JSON.parse(body.toString()) as unknown } };
  } catch {
    return { damage: "its document is no JSON" };
  }
}

function checksum(start: Uint8Array, body: Uint8Array): string {
  return crc32(body, crc32(start)).toString(16).padStart(8, "0");
}

function parseHead(line: string): Found<Head> {
  let fields: { readonly [name: string]: unknown };
  try {
    fields = JSON.parse(`${line.slice(0, -1)}}`) as typeof fields;
  } catch {
    return { damage: "its first line is no JSON" };
  }
  const { agentlog, format, key, version, time, owner, bytes, crc } = fields;
  if (agentlog !== "snapshot" || !isCount(format) || format < 1)
    return { damage: "its first line is not a snapshot's" };
  if (format > FORMAT) return { newer: `format ${format}` };
  const isEntry =
    typeof key === "string" && typeof time === "string" && isCount(version) && version >= 1 && isCount(bytes);
  if (
    !isEntry ||
    !(owner === undefined || typeof owner === "string") ||
    typeof crc !== "string" ||
    !/^[0-9a-f]{8}$/.test(crc)
  ) {
    return { damage: "a field of its first line is missing or wrong" };
  }
  return { ok: { key, version, time, owner, bytes, crc, line } };
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
