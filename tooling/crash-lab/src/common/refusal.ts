import { isAgentlogError } from "@agentlog/types";

/** Of a failing or full disk: whoever is told so was promised nothing. */
const REFUSALS = ["DURABILITY_UNKNOWN", "IO_ERROR"] as const;

/** Runs, and returns the code of a refusal; anything else that is thrown is a failure of the victim. */
export async function refusalOf(run: () => Promise<void>): Promise<string | undefined> {
  try {
    await run();
    return undefined;
  } catch (error) {
    const code = REFUSALS.find((one) => isAgentlogError(error, one));
    if (code === undefined) throw error;
    return code;
  }
}

const LONGEST_MS = 15_000;

/** Ends this process some time: one whose own wake-up call was failed would wait for ever. */
export function endInTime(): void {
  setTimeout(() => process.exit(9), LONGEST_MS).unref();
}
