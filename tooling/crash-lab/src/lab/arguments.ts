import { parseArgs } from "node:util";

export interface LabArguments {
  readonly seconds: number;
  readonly seed: number;
  /** Only the run of this name, or those that begin with it, such as all of a subject. */
  readonly only: string;
  /** Where the report is written as Markdown. */
  readonly markdown: string | undefined;
  readonly list: boolean;
}

export const USAGE = `usage: crash-lab [--seconds N] [--seed N] [--only SUBJECT[/RUN]] [--markdown FILE] [--list]

  --seconds   all runs together, a whole number above 0; default 60. 1800 is the long form
  --seed      everything that is left to chance follows from it; default: a new one, which is printed
  --only      the run of this name, or those whose names begin with it
  --markdown  also write the report to a file
  --list      print the names of the runs`;

/** The lab's arguments; undefined for what is none. `pnpm crash-lab -- --seed 1` passes its `--` on. */
export function readArguments(argv: readonly string[]): LabArguments | undefined {
  try {
    const { values } = parseArgs({
      args: argv.filter((argument) => argument !== "--"),
      options: {
        seconds: { type: "string", default: "60" },
        seed: { type: "string", default: String(Date.now() % 1_000_000) },
        only: { type: "string", default: "" },
        markdown: { type: "string" },
        list: { type: "boolean", default: false },
      },
    });
    const { only, markdown, list } = values;
    const [seconds, seed] = [Number(values.seconds), Number(values.seed)];
    if (![seconds, seed].every((value) => Number.isSafeInteger(value) && value > 0)) return undefined;
    return { seconds, seed, only, markdown, list };
  } catch {
    return undefined;
  }
}
