import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

/** Lines made by hand, from FORMAT.md alone: what a test puts in a file owes nothing to the code it tests. */

const NO_HASH = "0".repeat(32);

/** The text of a line, without its newline: the fields and the crc that belongs to them. */
export function lineOf(fields: object): string {
  return withCrc(JSON.stringify(fields).slice(0, -1));
}

/** A line of an object's text without its closing brace, for what no object can say, such as a key that is there twice. */
export function withCrc(head: string): string {
  return `${head},"crc":"${crc32(Buffer.from(head)).toString(16).padStart(8, "0")}"}`;
}

/** The chain hash of a line. */
export function hashOf(line: string): string {
  return createHash("sha256").update(line).digest("hex").slice(0, 32);
}

/** The fields of a sound event; any of them can be replaced. */
export function fieldsOf(seq: unknown, others: object = {}): Record<string, unknown> {
  return {
    seq,
    id: `evt_${String(seq)}`,
    time: "2026-01-31T12:00:00.000Z",
    type: "note.taken",
    data: { n: seq },
    writer: `forged.${String(seq)}`,
    prev: NO_HASH,
    ...others,
  };
}

/** `count` sound lines that form a chain, the first of them after `prev`, meant to stand from offset `at` on. */
export function chainOf(count: number, first = 0, prev: string = NO_HASH, at = 0): string[] {
  const lines: string[] = [];
  let hash = prev;
  let offset = at;
  for (let seq = first; seq < first + count; seq++) {
    const line = lineOf(fieldsOf(seq, { prev: hash, writer: `forged.${offset}` }));
    lines.push(line);
    hash = hashOf(line);
    offset += Buffer.byteLength(line) + 1;
  }
  return lines;
}

/** The lines of one batch. */
export function batchOf(seqs: readonly unknown[], batches: readonly unknown[]): string[] {
  return seqs.map((seq, index) =>
    lineOf(fieldsOf(seq, { batch: batches[index], writer: `forged.${index}`, id: `evt_b${index}` })),
  );
}
