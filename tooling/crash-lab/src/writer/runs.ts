import path from "node:path";
import { readAcknowledgements } from "../common/acknowledgements.js";
import { acknowledgementsOf, storeOf } from "../common/victim.js";
import { victimRuns } from "../common/victim-runs.js";
import { inRounds } from "../lab/rounds.js";
import { type Run } from "../lab/run.js";
import { judgeSessions } from "./judge.js";
import { stormOverSessions } from "./storm.js";

const storm: Run = {
  subject: "session-writer",
  name: "storm",
  weight: 8,
  leastSeconds: 2.5,
  run: (settings) => inRounds(settings, (round) => stormOverSessions(round)),
};

const naive: Run = {
  subject: "session-writer",
  name: "naive-recorders",
  weight: 0,
  leastSeconds: 2,
  isControl: true,
  run: (settings) => stormOverSessions(settings, "naive"),
};

/** What is done to the writer. */
export const writerRuns: readonly Run[] = [
  ...victimRuns("session-writer", {
    script: "writer/syscalls-child",
    judge: (folder) =>
      judgeSessions(path.join(storeOf(folder), "root"), readAcknowledgements(acknowledgementsOf(folder)), "alone"),
  }),
  naive,
  storm,
];
