import { once } from "node:events";
import { type Writable } from "node:stream";
import { styleText } from "node:util";
import { isAgentlogError } from "@agentlog/types";
import { type Io } from "./io.js";
import { escapeJson, escapeText } from "./text/escape.js";

/** Flags that every command takes. */
export interface GlobalOptions {
  readonly store?: string;
  readonly json?: boolean;
  readonly color?: boolean;
  readonly quiet?: boolean;
}

type Style = Parameters<typeof styleText>[0];

/**
 * Where a command's words go. With `--json`, stdout carries one envelope and nothing else, and what is meant for people
 * goes to stderr; without it, the answer goes to stdout. Callers hand in text that is already safe to print.
 */
export interface Output {
  readonly json: boolean;
  /** Columns of the terminal; 100 where there is none. */
  readonly columns: number;
  readonly isTerminal: boolean;
  /** A line of the answer, for people; nothing with `--json`. */
  line(text?: string): Promise<void>;
  /** A remark beside the answer, on stderr; nothing with `--quiet`. */
  note(text: string): void;
  /** The answer for programs; nothing without `--json`. */
  result(command: string, data: object): Promise<void>;
  /** One line of JSON of a stream, for programs; nothing without `--json`. */
  record(data: object): Promise<void>;
  /** What went wrong, on stderr, and with `--json` also as the envelope. */
  failure(command: string, error: unknown): Promise<void>;
  /** What is wrong with a command line that could not be understood. */
  refusal(message: string): Promise<void>;
  paint(style: Style, text: string): string;
}

/** The version of the envelope `{agentlog, command, ok, data | error}`. */
export const ENVELOPE_VERSION = 1;

export function createOutput(io: Io, options: GlobalOptions): Output {
  const json = options.json === true;
  const answers: NodeJS.WriteStream = json ? io.stderr : io.stdout;
  const colored =
    options.color !== false && answers.isTTY && io.env["NO_COLOR"] === undefined && io.env["TERM"] !== "dumb";
  const write = async (text: string): Promise<void> => writeTo(io.stdout, text);
  const envelope = (command: string, rest: object): Promise<void> =>
    write(`${escapeJson(JSON.stringify({ agentlog: ENVELOPE_VERSION, command, ...rest }))}\n`);

  return {
    json,
    columns: Math.max(40, answers.columns ?? 100),
    isTerminal: answers.isTTY,
    line: async (text = "") => {
      if (!json) await write(`${text}\n`);
    },
    note: (text) => {
      if (options.quiet !== true) io.stderr.write(`${text}\n`);
    },
    result: async (command, data) => {
      if (json) await envelope(command, { ok: true, data });
    },
    record: async (data) => {
      if (json) await write(`${escapeJson(JSON.stringify(data))}\n`);
    },
    failure: async (command, error) => {
      io.stderr.write(`agentlog: ${describe(error)}\n`);
      if (json) await envelope(command, { ok: false, error: errorData(error) });
    },
    refusal: async (message) => {
      io.stderr.write(`agentlog: ${escapeText(message)}\n`);
      if (json) await envelope("", { ok: false, error: { code: "USAGE", message } });
    },
    paint: (style, text) => (colored ? styleText(style, text, { validateStream: false }) : text),
  };
}

/** Waits when the reader is slower than we are, so that a long answer does not pile up in memory. */
export async function writeTo(stream: Writable, text: string | Uint8Array): Promise<void> {
  if (stream.destroyed || stream.writableEnded) return;
  if (stream.write(text)) return;
  const stop = new AbortController();
  const { signal } = stop;
  try {
    // A stream that fails is closed, and its error is for the one who watches it.
    const either = [once(stream, "drain", { signal }), once(stream, "close", { signal })];
    await Promise.race(either.map((event) => event.catch(() => {})));
  } finally {
    stop.abort();
  }
}

function describe(error: unknown): string {
  if (isAgentlogError(error)) return escapeText(error.message);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `this is a bug in agentlog, please report it\n${text.split("\n").map(escapeText).join("\n")}`;
}

function errorData(error: unknown): object {
  if (!(error instanceof Error)) return { code: "INTERNAL", message: String(error) };
  const { stack: _stack, cause: _cause, name: _name, ...fields } = error as Error & Record<string, unknown>;
  return { code: "INTERNAL", ...fields, message: error.message };
}
