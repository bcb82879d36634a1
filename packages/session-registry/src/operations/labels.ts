import { agentlogError } from "@agentlog/types";
import { LONGEST_LABEL, LONGEST_TEXT, LONGEST_TITLE } from "../limits.js";
import { cut } from "../sighting.js";

/**
 * An alias, a task or a project as it is kept. Throws `USAGE` for an empty or too long one, or one that holds control
 * characters.
 */
export function label(text: string, what: string): string {
  return checked(text, what, LONGEST_LABEL, /\p{Cc}/u);
}

/** An alias: a label that no session id could be mistaken for. */
export function aliasLabel(text: string): string {
  const alias = label(text, "alias");
  if (!/^sess_/i.test(alias)) return alias;
  const hint = "choose one that does not begin with sess_";
  throw agentlogError("USAGE", `the alias looks like a session id; ${hint}`, { hint });
}

/** A reason as it is kept: it may have several lines. Throws `USAGE` as `label` does. */
export function reasonText(text: string): string {
  return checked(text, "reason", LONGEST_TEXT, /(?![\n\r\t])\p{Cc}/u);
}

/** A title as it is kept, cut where it is too long: an agent made it. Throws `USAGE` for an empty one. */
export function titleText(text: string): string {
  return cut(text, LONGEST_TITLE) ?? checked("", "title", LONGEST_TITLE, /\p{Cc}/u);
}

function checked(text: string, what: string, longest: number, refused: RegExp): string {
  // Before anything walks through it: what is far too long is not normalised.
  const trimmed = text.length > 2 * longest ? text : text.trim().normalize("NFC");
  const problem =
    trimmed === ""
      ? "is empty"
      : trimmed.length > longest
        ? `is over ${longest} characters long`
        : refused.test(trimmed)
          ? "holds control characters"
          : undefined;
  if (problem === undefined) return trimmed;
  const hint = `give 1 to ${longest} printable characters`;
  throw agentlogError("USAGE", `the ${what} ${problem}; ${hint}`, { hint });
}
