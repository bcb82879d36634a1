import { PassThrough, Readable } from "node:stream";
import { type Io } from "../io.js";
import { main } from "../main.js";

/** What a command line answered. */
export interface Answered {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export interface AnswerOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly input?: string;
  /** Columns of a terminal; none without it. */
  readonly columns?: number;
}

/** Runs a command line in this process, with streams of its own: a tenth of what a process costs. */
export async function answer(args: readonly string[], options: AnswerOptions): Promise<Answered> {
  const [out, err] = [collect(options.columns), collect(undefined)];
  const io: Io = {
    stdin: Readable.from(options.input === undefined ? [] : [Buffer.from(options.input)]) as NodeJS.ReadStream,
    stdout: out.stream,
    stderr: err.stream,
    env: options.env,
    cwd: options.cwd,
  };
  const code = await main(args, io);
  return { code, out: out.text(), err: err.text() };
}

function collect(columns: number | undefined): { readonly stream: NodeJS.WriteStream; text(): string } {
  const chunks: Buffer[] = [];
  const through = new PassThrough({ highWaterMark: 64 * 1024 * 1024 });
  through.on("data", (chunk: Buffer) => chunks.push(chunk));
  const stream = Object.assign(through, columns === undefined ? {} : { isTTY: true, columns });
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => Buffer.concat(chunks).toString() };
}
