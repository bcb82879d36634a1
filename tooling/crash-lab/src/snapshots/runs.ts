import path from "node:path";
import { readAcknowledgements } from "../common/acknowledgements.js";
import { acknowledgementsOf, storeOf } from "../common/victim.js";
import { victimRuns } from "../common/victim-runs.js";
import { inRounds } from "../lab/rounds.js";
import { type Run } from "../lab/run.js";
import { judgeDocuments } from "./judge.js";
import { powerLossControl, powerLossRun } from "./power-loss.js";
import { stormOverDocuments } from "./storm.js";

const storm: Run = {
  subject: "snapshot-store",
  name: "storm",
  weight: 8,
  leastSeconds: 2.5,
  run: (settings) => inRounds(settings, (round) => stormOverDocuments("agentlog", round)),
};

const naive: Run = {
  subject: "snapshot-store",
  name: "naive-store",
  weight: 0,
  leastSeconds: 1.5,
  isControl: true,
  run: (settings) => stormOverDocuments("naive", settings),
};

/** What is done to the snapshot store. */
export const snapshotRuns: readonly Run[] = [
  ...victimRuns("snapshot-store", {
    script: "snapshots/syscalls-child",
    judge: (folder) =>
      judgeDocuments(
        "agentlog",
        path.join(storeOf(folder), "documents"),
        readAcknowledgements(acknowledgementsOf(folder)),
      ),
  }),
  powerLossRun,
  powerLossControl,
  naive,
  storm,
];
