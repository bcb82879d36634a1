import path from "node:path";
import { compareRates } from "../compare.js";
import { type Bench, type Family, type Figure, type Results } from "../figure.js";
import { storeWithSessions } from "../fixtures/sessions.js";
import { runJob } from "../run-job.js";

const REBUILD: Figure = {
  name: "rebuild",
  title: "rebuild the registry's read model : JSON.parse of each line of its log (rate)",
  limit: 0.5,
  direction: "at-least",
  unit: "x",
};

async function measure({ fixtures, sessions, interleave }: Bench): Promise<Results> {
  const root = await storeWithSessions(fixtures, sessions);
  const file = path.join(root, "registry", "events.jsonl");
  const seconds = ({ micros, events }: { readonly micros: number; readonly events: number }): number => {
    if (events < sessions) throw new Error(`met ${events} events of ${sessions}`);
    return micros / 1_000_000;
  };
  const times = await interleave(
    {
      rebuild: () => seconds(runJob("rebuild", { root })),
      parse: () => seconds(runJob("parse-lines", { file })),
    },
    { rounds: 3, quick: 2, warmUp: 0 },
  );
  const unit = "s";
  return {
    measured: [
      compareRates(
        REBUILD,
        { name: "rebuild", unit, values: times.rebuild },
        { name: "JSON.parse alone", unit, values: times.parse },
        `${sessions.toLocaleString("en")} sessions`,
      ),
    ],
  };
}

export const rebuild: Family = { name: "rebuild", nodes: "newest", figures: [REBUILD], measure };
