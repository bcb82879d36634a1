import { StringDecoder } from "node:string_decoder";

/** A line of a program's output. `partial`: cut because it was too long; the next one goes on with it. */
export interface OutputLine {
  readonly text: string;
  readonly partial: boolean;
}

/** Longer lines are recorded in pieces of this many UTF-16 units, so that a program that never ends a line is seen too. */
export const LONGEST_PIECE: number = 64 * 1024;

/** Cuts a stream of bytes into lines, whatever way they come in. A carriage return before a newline is not part of a line. */
export interface LineSplitter {
  push(chunk: Uint8Array): readonly OutputLine[];
  /** What is left at the end: a last line without a newline. */
  end(): readonly OutputLine[];
}

export function createLineSplitter(): LineSplitter {
  // Multi-byte characters may be cut between two chunks; bytes that are no UTF-8 become U+FFFD.
  const decoder = new StringDecoder("utf8");
  let rest = "";

  const take = (text: string): OutputLine[] => {
    const lines: OutputLine[] = [];
    rest += text;
    for (;;) {
      const newline = rest.indexOf("\n");
      if (newline === -1) break;
      lines.push(...pieces(rest.slice(0, rest[newline - 1] === "\r" ? newline - 1 : newline)));
      rest = rest.slice(newline + 1);
    }
    // A carriage return at the very end may be the first half of a line's end.
    while (rest.length - (rest.endsWith("\r") ? 1 : 0) > LONGEST_PIECE) {
      const piece = cut(rest);
      lines.push({ text: piece, partial: true });
      rest = rest.slice(piece.length);
    }
    return lines;
  };

  return {
    push: (chunk) => take(decoder.write(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))),
    end: () => {
      const lines = take(decoder.end());
      if (rest !== "") lines.push({ text: rest, partial: false });
      rest = "";
      return lines;
    },
  };
}

function pieces(line: string): OutputLine[] {
  const found: OutputLine[] = [];
  let rest = line;
  while (rest.length > LONGEST_PIECE) {
    const piece = cut(rest);
    found.push({ text: piece, partial: true });
    rest = rest.slice(piece.length);
  }
  found.push({ text: rest, partial: false });
  return found;
}

/** Never between the two halves of a surrogate pair. */
function cut(text: string): string {
  const code = text.charCodeAt(LONGEST_PIECE - 1);
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? LONGEST_PIECE - 1 : LONGEST_PIECE);
}
