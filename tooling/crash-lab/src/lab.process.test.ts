import { afterAll, describe, expect, it } from "vitest";
import { perform, type Performed } from "./lab/perform.js";
import { formatReport } from "./lab/report.js";
import { idOf } from "./lab/run.js";
import { RUNS } from "./runs.js";

/** All runs together, the simulated ones with them; those that need longer than their share take longer. */
const SECONDS = Number(process.env["AGENTLOG_LAB_SECONDS"] ?? 60);
const SEED = Number(process.env["AGENTLOG_SEED"] ?? Date.now() % 1_000_000);
const weights = RUNS.reduce((sum, { weight }) => sum + weight, 0);
const least = RUNS.reduce((sum, { leastSeconds = 0 }) => sum + leastSeconds, 0);
const free = Math.max(0, SECONDS - least);

const performed: Performed[] = [];
afterAll(() => console.log(formatReport(performed, { seconds: SECONDS, seed: SEED })));

describe.each(RUNS)("$subject: $name", (run) => {
  const skipped = run.whyNot?.();
  const title = run.isControl === true ? "is found wrong, as a control must be" : "[EL-5] nothing acknowledged is lost";

  it(
    skipped === undefined ? title : `${title} (skipped: ${skipped})`,
    async (context) => {
      const seconds = (run.leastSeconds ?? 0) + (free * run.weight) / weights;
      const [one] = await perform([run], { seconds, seed: SEED, say: () => {} });
      performed.push(one!);
      context.skip(skipped !== undefined, skipped);
      expect(one!.wrongs, `again: --seed ${SEED} --only ${idOf(run)}`).toEqual([]);
    },
    300_000,
  );
});
