import { type Mutation } from "../simulated/simulated-disk.js";

const SEAL = "~\n";

/** Puts other bytes of the same length where the seal stands, so that nothing but the seal itself changes. */
function sealAs(bytes: string): (line: Buffer) => Buffer {
  return (line) => {
    if (line.toString("latin1", 0, SEAL.length) !== SEAL) return line;
    const changed = Buffer.from(line);
    changed.write(bytes, 0, "latin1");
    return changed;
  };
}

/** Broken logs, made by the disk under the real code: the code itself has no hook for them. */
export const MUTANTS: Readonly<Record<string, Mutation>> = {
  "no-check-after-the-write": { hopefulFstat: true },
  "no-seal": { write: sealAs("  ") },
  "seal-by-a-bare-newline": { write: sealAs("\n\n") },
};
