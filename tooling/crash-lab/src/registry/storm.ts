import fs from "node:fs";
import path from "node:path";
import { readAcknowledgements } from "../common/acknowledgements.js";
import { childScript, startCommand } from "../common/child-process.js";
import { inFolder } from "../common/folder.js";
import { runStorm } from "../common/storm.js";
import { type Outcome, type RunSettings } from "../lab/run.js";
import { judgeNaiveRegistry } from "./judge.js";
import { sqliteNode } from "./nodes.js";
import { type Way, type WorkerOrders } from "./storm-orders.js";

/**
 * The storm over one registry: processes report the same native sessions, name, link, merge and split them. Those that give
 * several ways have workers of all of them, side by side at one log, and each way's read model is judged.
 */
export function stormOverRegistry(ways: readonly Way[], settings: RunSettings): Promise<Outcome> {
  return inFolder("registry-storm", async (folder) => {
    const root = path.join(folder, "store");
    const acknowledgements = path.join(folder, "acks");
    fs.mkdirSync(acknowledgements);
    const report = await runStorm({
      ...settings,
      workers: 4,
      longestStopMs: 600,
      killEveryMs: 200,
      start: (name, seed) => {
        const way = ways[Number(name.slice(1)) % ways.length] ?? "file";
        const own = path.join(acknowledgements, name);
        const orders: WorkerOrders = {
          way,
          root,
          acknowledgements: own,
          name,
          seed,
          selfStops: way === "naive" ? 0.05 : 0.004,
        };
        return startCommand(nodeOf(way), [childScript("registry/storm-worker"), JSON.stringify(orders)]);
      },
    });
    const problems = [...report.failures];
    let judged: Outcome = { problems };
    for (const way of ways) {
      judged = await judge(way, root, acknowledgements);
      problems.push(...judged.problems);
    }
    return { ...judged, kills: report.kills, stops: report.stops, problems };
  });
}

const nodeOf = (way: Way): string => (way === "sqlite" ? (sqliteNode ?? process.execPath) : process.execPath);

async function judge(way: Way, root: string, acknowledgements: string): Promise<Outcome> {
  if (way === "naive") return judgeNaiveRegistry(root, readAcknowledgements(acknowledgements));
  const script = childScript("registry/judge-child");
  const { code, stdout, stderr } = await startCommand(nodeOf(way), [script, root, acknowledgements, way]).ended;
  return code === 0 ? (JSON.parse(stdout) as Outcome) : { problems: [`the judge failed: ${stderr}`] };
}
