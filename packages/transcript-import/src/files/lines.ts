import { type FileHandle } from "node:fs/promises";

/** One line of a file. */
export interface RawLine {
  /** 1-based. */
  readonly line: number;
  /** Byte offset of its first byte. */
  readonly offset: number;
  /** Byte offset behind it, its newline included. */
  readonly end: number;
  /** Without its line end (`\n` or `\r\n`), and only valid until the next piece is asked for; undefined when too long. */
  readonly bytes: Buffer | undefined;
  /** False for a last line without a newline: it may be half written. */
  readonly terminated: boolean;
}

const CHUNK_BYTES = 64 * 1024;
const NEWLINE = 10;
const CARRIAGE_RETURN = 13;

/**
 * The lines of an open file, in pieces of what one read gives, so that memory is bounded by one read and one line.
 *
 * @param longest a longer line, in bytes, is skipped without being held
 */
export async function* readLines(file: FileHandle, longest: number): AsyncGenerator<readonly RawLine[]> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let held: Buffer[] = [];
  let heldBytes = 0;
  let offset = 0;
  let line = 1;

  const take = (rest: Buffer, terminated: boolean): RawLine => {
    const length = heldBytes + rest.length;
    const bytes = length > longest ? undefined : held.length === 0 ? rest : Buffer.concat([...held, rest], length);
    const end = offset + length + (terminated ? 1 : 0);
    const taken = { line, offset, end, bytes: bytes && withoutCarriageReturn(bytes), terminated };
    held = [];
    heldBytes = 0;
    offset = end;
    line += 1;
    return taken;
  };

  for (;;) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, null);
    if (bytesRead === 0) break;
    const lines: RawLine[] = [];
    let start = 0;
    for (let at = find(chunk, start, bytesRead); at !== -1; at = find(chunk, start, bytesRead)) {
      lines.push(take(chunk.subarray(start, at), true));
      start = at + 1;
    }
    if (start < bytesRead) {
      heldBytes += bytesRead - start;
      // The chunk is read into again, so what waits for its end is copied; of a line that is too long nothing is kept.
      if (heldBytes > longest) held = [];
      else held.push(Buffer.from(chunk.subarray(start, bytesRead)));
    }
    if (lines.length > 0) yield lines;
  }
  if (heldBytes > 0) yield [take(Buffer.alloc(0), false)];
}

function find(chunk: Buffer, from: number, to: number): number {
  const at = chunk.indexOf(NEWLINE, from);
  return at < to ? at : -1;
}

function withoutCarriageReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === CARRIAGE_RETURN ? bytes.subarray(0, -1) : bytes;
}
