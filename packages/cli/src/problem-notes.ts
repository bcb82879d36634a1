import { type Output } from "./output.js";
import { escapeText } from "./text/escape.js";

/** What a command met on its way and went on after. */
export interface ProblemNotes {
  note(message: string): void;
  /** The same for an error, after what it kept from being done. */
  failed(what: string, error: unknown): void;
  close(): void;
}

/** Problems that are told; a damaged log may have thousands of bad lines. */
const MOST_TOLD = 5;

/** Tells the first few problems on stderr, each once, and at the end how many more there were. */
export function createProblemNotes(output: Output): ProblemNotes {
  const told = new Set<string>();
  let more = 0;
  const note = (message: string): void => {
    if (told.has(message)) return;
    if (told.size >= MOST_TOLD) {
      more += 1;
      return;
    }
    told.add(message);
    output.note(`note: ${escapeText(message)}`);
  };
  return {
    note,
    failed: (what, error) => note(`${what}: ${error instanceof Error ? error.message : String(error)}`),
    close: () => {
      if (more > 0) output.note(`note: and ${more} more like these`);
    },
  };
}
