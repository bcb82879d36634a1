import fs from "node:fs";
import path from "node:path";
import { readAcknowledgements } from "../common/acknowledgements.js";
import { startChild } from "../common/child-process.js";
import { inFolder } from "../common/folder.js";
import { runStorm } from "../common/storm.js";
import { type Outcome, type RunSettings } from "../lab/run.js";
import { judgeSessions, type Recorder } from "./judge.js";
import { type WorkerOrders } from "./storm-orders.js";

/** The storm over many sessions: processes begin, write, resume and end them, and record each other's crashes. */
export function stormOverSessions(settings: RunSettings, recorder?: Recorder): Promise<Outcome> {
  return inFolder("writer", async (folder) => {
    const root = path.join(folder, "store");
    const acknowledgements = path.join(folder, "acks");
    fs.mkdirSync(acknowledgements);
    const { kills, stops, failures } = await runStorm({
      ...settings,
      workers: 4,
      longestStopMs: 600,
      killEveryMs: 200,
      start: (name, seed) => {
        const own = path.join(acknowledgements, name);
        const orders: WorkerOrders = { root, acknowledgements: own, name, seed, selfStops: 0.005 };
        return startChild("writer/storm-worker", [JSON.stringify(orders)]);
      },
    });
    const judged = await judgeSessions(root, readAcknowledgements(acknowledgements), recorder);
    return { ...judged, kills, stops, problems: [...judged.problems, ...failures] };
  });
}
