import { describe, expect, it } from "vitest";
import { runModel } from "./model-run.js";
import { type Mutation } from "./simulated-disk.js";

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

/** Made by the disk under the real code: the code itself has no hook for them. */
const MUTANTS: Record<string, Mutation> = {
  "no check after the write": { hopefulFstat: true },
  "no seal": { write: sealAs("  ") },
  "seal by a bare newline": { write: sealAs("\n\n") },
};

describe("the model is strong enough to catch", () => {
  it.each(Object.entries(MUTANTS))(
    "%s",
    async (_name, mutation) => {
      const { failure, runs, seconds } = await runModel({
        runs: 50_000,
        damage: false,
        seed: 1,
        mutation,
        repair: false,
      });
      console.log(`caught after ${runs} sequences, ${seconds.toFixed(1)} s`);
      expect(failure).toMatch(/was acknowledged as|out of order|twice|after -?\d+ comes/);
    },
    300_000,
  );
});
