import fs from "node:fs";
import path from "node:path";
import { readAcknowledgements } from "../common/acknowledgements.js";
import { startChild } from "../common/child-process.js";
import { inFolder } from "../common/folder.js";
import { runStorm } from "../common/storm.js";
import { type Outcome, type RunSettings } from "../lab/run.js";
import { judgeDocuments } from "./judge.js";
import { type Way, type WorkerOrders } from "./storm-orders.js";

/** The storm over a few documents and the bindings: processes change them at once, by version and by update. */
export function stormOverDocuments(way: Way, settings: RunSettings): Promise<Outcome> {
  return inFolder("snapshots", async (folder) => {
    const directory = path.join(folder, "documents");
    const acknowledgements = path.join(folder, "acks");
    fs.mkdirSync(acknowledgements);
    if (way === "naive") fs.mkdirSync(directory);
    const { kills, stops, failures } = await runStorm({
      ...settings,
      workers: 4,
      longestStopMs: 600,
      killEveryMs: 150,
      start: (name, seed) => {
        const orders: WorkerOrders = {
          way,
          directory,
          acknowledgements: path.join(acknowledgements, name),
          name,
          seed,
          selfStops: way === "naive" ? 0.05 : 0.01,
        };
        return startChild("snapshots/storm-worker", [JSON.stringify(orders)]);
      },
    });
    const judged = await judgeDocuments(way, directory, readAcknowledgements(acknowledgements));
    return { ...judged, kills, stops, problems: [...judged.problems, ...failures] };
  });
}
