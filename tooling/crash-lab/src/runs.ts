import { type Run } from "./lab/run.js";
import { logRuns } from "./log/runs.js";
import { registryRuns } from "./registry/runs.js";
import { snapshotRuns } from "./snapshots/runs.js";
import { writerRuns } from "./writer/runs.js";

/** Everything the lab does, in its order: what takes its own time first, so that the storms get all that is left. */
export const RUNS: readonly Run[] = [...logRuns, ...snapshotRuns, ...registryRuns, ...writerRuns];
