import { quoteForShell } from "../install/command-line.js";
import { escapeText } from "../text/escape.js";

/** What mends a finding: a command line where one can be printed, else a sentence. */
export interface Mend {
  readonly command?: string;
  readonly advice?: string;
}

/** More names would make a line that nobody reads; the rest is found the next time. */
const MOST_PATHS = 20;

/** A command that removes these files, or with `folders` all that is in them too. */
export function removing(
  paths: readonly string[],
  { folders = false, advice = "" }: { readonly folders?: boolean; readonly advice?: string } = {},
): Mend {
  const words = ["rm", folders ? "-rf" : "-f", "--", ...paths.slice(0, MOST_PATHS)];
  const rest =
    paths.length > MOST_PATHS ? `the first ${MOST_PATHS} of ${paths.length}; run doctor again for the rest` : "";
  return printable(quoteForShell(words), [advice, rest].filter((text) => text !== "").join("; "));
}

/** A name that a terminal would act on is printed as an escape, and what is printed must do what it says. */
export function printable(command: string, advice = ""): Mend {
  const isSafe = escapeText(command) === command;
  const told = isSafe ? advice : [advice, "its name cannot be typed: remove it by hand"].filter(Boolean).join("; ");
  return { ...(isSafe ? { command } : {}), ...(told === "" ? {} : { advice: told }) };
}
