import { isUtf8 } from "node:buffer";
import { type JsonObject } from "@agentlog/types";
import { sha256 } from "../records/sha256.js";
import { type RawLine, readLines } from "./lines.js";
import { openTranscript } from "./open.js";

/** Longer lines are skipped: 64 MiB. */
export const LONGEST_LINE_BYTES: number = 64 * 1024 * 1024;

/** Why a line is no record. */
export type LineFault = "not-json" | "not-an-object" | "not-utf8" | "nul" | "too-long";

/** One line, read as JSON. `unfinished`: the last one, without its end; whoever writes the file is not done with it. */
export type JsonLine = { readonly line: number; readonly offset: number; readonly end: number } & (
  | { readonly kind: "record"; readonly record: JsonObject; readonly hash: () => string }
  | { readonly kind: "bad"; readonly reason: LineFault }
  | { readonly kind: "unfinished" }
);

/** The lines of a file of JSON objects, streamed; lines of white space alone are left out. */
export async function* readJsonLines(path: string, signal?: AbortSignal): AsyncGenerator<JsonLine> {
  const file = await openTranscript(path);
  try {
    for await (const piece of readLines(file, LONGEST_LINE_BYTES)) {
      signal?.throwIfAborted();
      for (const raw of piece) {
        const parsed = parse(raw);
        if (parsed !== undefined) yield parsed;
      }
    }
  } finally {
    await file.close();
  }
}

function parse(raw: RawLine): JsonLine | undefined {
  const { line, offset, end, terminated } = raw;
  const bytes = raw.bytes && line === 1 ? withoutByteOrderMark(raw.bytes) : raw.bytes;
  const record = bytes === undefined ? "too-long" : toRecord(bytes);
  if (record === undefined) return undefined;
  if (typeof record !== "string") {
    return { kind: "record", line, offset, end, record, hash: () => sha256(bytes!) };
  }
  // A last line counts only when it is a whole object: no part of an object is one.
  return terminated ? { kind: "bad", line, offset, end, reason: record } : { kind: "unfinished", line, offset, end };
}

function toRecord(bytes: Buffer): JsonObject | LineFault | undefined {
  if (!isUtf8(bytes)) return "not-utf8";
  const text = bytes.toString("utf8");
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as JsonObject)
      : "not-an-object";
  } catch {
    if (text.trim() === "") return undefined;
    // A power loss leaves runs of zeros where data was on its way to the disk.
    return bytes.includes(0) ? "nul" : "not-json";
  }
}

function withoutByteOrderMark(bytes: Buffer): Buffer {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}
