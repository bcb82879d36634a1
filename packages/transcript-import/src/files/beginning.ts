import { type JsonLine, readJsonLines } from "./json-lines.js";

const LONGEST_BYTES = 8 * 1024 * 1024;

/** The first lines of a file, which say whose it is: not more than 8 MiB, and the line that reaches that. */
export async function* readBeginning(
  path: string,
  signal: AbortSignal | undefined,
  mostLines: number = Number.POSITIVE_INFINITY,
): AsyncGenerator<JsonLine> {
  let lines = 0;
  for await (const step of readJsonLines(path, signal)) {
    yield step;
    lines += 1;
    if (step.end > LONGEST_BYTES || lines >= mostLines) return;
  }
}
