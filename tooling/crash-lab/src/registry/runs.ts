import path from "node:path";
import { openStore } from "@agentlog/durable-fs";
import { hasSqlite } from "@agentlog/projection";
import { readAcknowledgements } from "../common/acknowledgements.js";
import { acknowledgementsOf, storeOf } from "../common/victim.js";
import { victimRuns } from "../common/victim-runs.js";
import { inRounds } from "../lab/rounds.js";
import { type Run } from "../lab/run.js";
import { forgetfulModel } from "./forgetful-model.js";
import { judgeRegistry } from "./judge.js";
import { whyNoSqlite } from "./nodes.js";
import { powerLossControl, powerLossRun } from "./power-loss.js";
import { stormOverRegistry } from "./storm.js";

const storm: Run = {
  subject: "session-registry",
  name: "storm",
  weight: 8,
  leastSeconds: 2.5,
  run: (settings) => inRounds(settings, (round) => stormOverRegistry(["file"], round)),
};

const stormWithSqlite: Run = {
  subject: "session-registry",
  name: "storm-with-sqlite",
  weight: 8,
  leastSeconds: 2.5,
  whyNot: whyNoSqlite,
  run: (settings) => inRounds(settings, (round) => stormOverRegistry(["file", "sqlite"], round)),
};

const naive: Run = {
  subject: "session-registry",
  name: "naive-registry",
  weight: 0,
  leastSeconds: 1.5,
  isControl: true,
  run: (settings) => stormOverRegistry(["naive"], settings),
};

/** What is done to the registry. */
export const registryRuns: readonly Run[] = [
  ...victimRuns("session-registry", {
    script: "registry/syscalls-child",
    judge: (folder) =>
      judgeRegistry(
        openStore(path.join(storeOf(folder), "root")).layout,
        readAcknowledgements(acknowledgementsOf(folder)),
        { kind: hasSqlite() ? "sqlite" : "file" },
      ),
  }),
  powerLossRun,
  powerLossControl,
  forgetfulModel,
  naive,
  storm,
  stormWithSqlite,
];
