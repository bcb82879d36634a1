import { victimRuns } from "../common/victim-runs.js";
import { inRounds } from "../lab/rounds.js";
import { type Run } from "../lab/run.js";
import { modelRuns } from "./model-runs.js";
import { powerLossControl, powerLossRun } from "./power-loss.js";
import { stormOverLog } from "./storm.js";
import { takeOverRuns } from "./takeover-runs.js";
import { logVictim } from "./victim.js";

const storm: Run = {
  subject: "event-log",
  name: "storm",
  weight: 10,
  leastSeconds: 3,
  run: (settings) => inRounds(settings, (round) => stormOverLog({ appender: "agentlog", ...round })),
};

const stormWithoutLock: Run = {
  subject: "event-log",
  name: "storm-without-the-lock",
  weight: 5,
  leastSeconds: 3,
  run: (settings) => inRounds(settings, (round) => stormOverLog({ appender: "intruder", selfStops: 0.05, ...round })),
};

/**
 * Stops are longer than in the storm proper: with those of at most 1.5 seconds nobody takes proper-lockfile's lock for stale,
 * and nothing goes wrong. And few are killed, so that those who were robbed live to write.
 */
const naive: Run = {
  subject: "event-log",
  name: "naive-appender",
  weight: 0,
  leastSeconds: 7,
  isControl: true,
  run: (settings) =>
    stormOverLog({
      appender: "naive",
      shortestStopMs: 2_500,
      longestStopMs: 3_500,
      killEveryMs: 1_500,
      selfStops: 0.2,
      ...settings,
    }),
};

/** What is done to the log. */
export const logRuns: readonly Run[] = [
  ...victimRuns("event-log", logVictim),
  ...takeOverRuns,
  powerLossRun,
  powerLossControl,
  naive,
  ...modelRuns,
  storm,
  stormWithoutLock,
];
