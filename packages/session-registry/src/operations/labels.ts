import { agentlogError, isSessionId } from "@agentlog/types";
import { LONGEST_LABEL } from "../limits.js";

/** An alias, a task, a project or a reason as it is kept. Throws `USAGE` for an empty or too long one, or one that holds control characters. */
export function label(text: string, what: string): string {
  const trimmed = text.trim().normalize("NFC");
  const problem =
    trimmed === ""
      ? "is empty"
      : trimmed.length > LONGEST_LABEL
        ? `is over ${LONGEST_LABEL} characters long`
        : /\p{Cc}/u.test(trimmed)
          ? "holds control characters"
          : undefined;
  if (problem === undefined) return trimmed;
  const hint = `give 1 to ${LONGEST_LABEL} printable characters`;
  throw agentlogError("USAGE", `the ${what} ${problem}; ${hint}`, { hint });
}

/** An alias: a label that no session id could be mistaken for. */
export function aliasLabel(text: string): string {
  const alias = label(text, "alias");
  if (!isSessionId(alias.toLowerCase()) && !/^sess_/i.test(alias)) return alias;
  const hint = "choose one that does not begin with sess_";
  throw agentlogError("USAGE", `the alias looks like a session id; ${hint}`, { hint });
}
