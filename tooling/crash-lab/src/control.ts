import { isSound } from "./judge.js";
import { runStorm, type StormReport } from "./storm.js";

const MOST_TRIES = 4;
const SECONDS = 9;

/**
 * The storm on a naive appender, which must not withstand it. Stops are longer than in the storm proper: with those of at
 * most 1.5 seconds nobody takes proper-lockfile's lock for stale, and nothing goes wrong. Once in a while nobody of those
 * who were robbed lives to write; then once more, with another seed.
 */
export async function runControl(seed: number): Promise<StormReport & { readonly tries: number }> {
  for (let tries = 1; ; tries++) {
    const report = await runStorm({
      appender: "naive",
      seconds: SECONDS,
      seed: seed + tries,
      longestStopMs: 6_000,
      selfStops: 0.15,
    });
    if (!isSound(report) || tries === MOST_TRIES) return { ...report, tries };
  }
}
