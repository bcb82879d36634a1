import fs from "node:fs";
import path from "node:path";
import { startChild } from "../common/child-process.js";
import { inFolder } from "../common/folder.js";
import { runStorm } from "../common/storm.js";
import { type Outcome } from "../lab/run.js";
import { checkLog, checkNaive } from "./storm-check.js";
import { type Appender, type WorkerOrders } from "./storm-orders.js";

export interface LogStormOptions {
  readonly appender: Appender;
  readonly seconds: number;
  readonly seed: number;
  /** Default 0 and 1,500. */
  readonly shortestStopMs?: number;
  readonly longestStopMs?: number;
  /** Default 100. */
  readonly killEveryMs?: number;
  /** How many of the writes are preceded by a stop of the writer itself. Default 0.02. */
  readonly selfStops?: number;
}

/** The storm over one log: processes append as fast as they can, small events and large ones, alone and in batches. */
export function stormOverLog({ appender, selfStops = 0.02, ...options }: LogStormOptions): Promise<Outcome> {
  return inFolder("storm", async (folder) => {
    const file = path.join(folder, "events.jsonl");
    const acknowledgements = path.join(folder, "acks");
    fs.mkdirSync(acknowledgements);
    const { kills, stops, failures } = await runStorm({
      ...options,
      start: (name, seed) => {
        const orders: WorkerOrders = {
          appender,
          file,
          acknowledgements: path.join(acknowledgements, name),
          name,
          seed,
          selfStops,
        };
        return startChild("log/storm-worker", [JSON.stringify(orders)]);
      },
    });
    const findings = await (appender === "naive" ? checkNaive : checkLog)(file, acknowledgements);
    const { acknowledged, lost, twice, outOfOrder, leftovers, damage } = findings;
    const megabytes = fs.statSync(file).size / 1e6;
    return {
      acknowledged,
      lost,
      twice,
      outOfOrder,
      kills,
      stops,
      note: `${megabytes.toFixed(0)} MB, ${leftovers} leftovers`,
      problems: [...damage, ...failures],
    };
  });
}
