import { quoteForShell } from "../install/command-line.js";
import { escapeText } from "../text/escape.js";
import { type Found } from "./finding.js";

/** What mends a finding: a command line where there is one, else a sentence. */
export type Mend = Pick<Found, "command" | "advice">;

/** More names would make a line that nobody reads; the rest is found the next time. */
const MOST_PATHS = 20;

/** A command that removes these files, or with `folders` all that is in them too. */
export function removing(
  paths: readonly string[],
  { folders = false, advice }: { readonly folders?: boolean; readonly advice?: string } = {},
): Mend {
  const command = quoteForShell(["rm", folders ? "-rf" : "-f", "--", ...paths.slice(0, MOST_PATHS)]);
  const rest =
    paths.length > MOST_PATHS ? `the first ${MOST_PATHS} of ${paths.length}; run doctor again for the rest` : undefined;
  return { command, ...advising(advice, rest) };
}

/** A name that a terminal would act on is printed as an escape, and a command with it would not do what it says: better none. */
export function printable(found: Found): Found {
  const { command, advice, ...rest } = found;
  if (command === undefined || escapeText(command) === command) return found;
  return { ...rest, ...advising(advice, "no command is shown, for a name in it cannot be typed: mend it by hand") };
}

function advising(...sentences: readonly (string | undefined)[]): Pick<Mend, "advice"> {
  const advice = sentences.filter((text) => text !== undefined).join("; ");
  return advice === "" ? {} : { advice };
}
