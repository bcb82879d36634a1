import { type ErrorFamily, errorFamily, isAgentlogError } from "@agentlog/types";

/** What the command line ends with. `run` ends with the code of the command it ran instead. */
export const EXIT: { readonly ok: 0; readonly no: 1; readonly usage: 2; readonly io: 3; readonly bug: 70 } = {
  ok: 0,
  /** The answer is no: not found, damage found, some input refused. */
  no: 1,
  usage: 2,
  /** Disk or lock. */
  io: 3,
  /** Our bug. */
  bug: 70,
};

const BY_FAMILY: { readonly [F in ErrorFamily]: number } = EXIT;

/** The exit code of an error; one that is not ours is our bug. */
export function exitCodeOf(error: unknown): number {
  return isAgentlogError(error) ? BY_FAMILY[errorFamily(error.code)] : EXIT.bug;
}
