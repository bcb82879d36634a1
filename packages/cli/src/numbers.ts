import { agentlogError } from "@agentlog/types";

/** A whole number given as an option; throws `USAGE` that names the option. */
export function wholeNumber(text: string, option: string, least = 0): number {
  const value = Number(text);
  if (/^\d{1,15}$/.test(text) && value >= least) return value;
  const hint = `give a whole number from ${least} on`;
  throw agentlogError("USAGE", `${option} ${JSON.stringify(text.slice(0, 40))} is no whole number from ${least} on`, {
    hint,
  });
}

/** The same for an option that may be left out. */
export function optionalNumber(text: string | undefined, option: string): number | undefined {
  return text === undefined ? undefined : wholeNumber(text, option);
}
