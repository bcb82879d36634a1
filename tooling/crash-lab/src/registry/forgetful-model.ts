import { type OpenReadModelStore } from "@agentlog/projection";
import { openStore } from "@agentlog/durable-fs";
import { fileStore } from "@agentlog/projection";
import path from "node:path";
import { inFolder } from "../common/folder.js";
import { createRandom } from "../common/random.js";
import { type Run } from "../lab/run.js";
import { judgeRegistry } from "./judge.js";
import { openLabRegistry } from "./open.js";
import { createOperations } from "./operations.js";
import { timeOf } from "./storm-orders.js";

const OPERATIONS = 60;
const FORGET_EVERY = 5;

/** A place for read models that keeps the position of every commit, and of every fifth nothing else. */
function forgetful(open: OpenReadModelStore): OpenReadModelStore {
  return (spec) => {
    const store = open(spec);
    let commits = 0;
    return {
      ...store,
      commit: (changes, from, to) => store.commit(++commits % FORGET_EVERY === 0 ? [] : changes, from, to),
    };
  };
}

/** A registry whose read model forgets: the judge must see that what was kept is not what the log makes. */
export const forgetfulModel: Run = {
  subject: "session-registry",
  name: "forgetful-read-model",
  weight: 0,
  leastSeconds: 1,
  isControl: true,
  run: ({ seed }) =>
    inFolder("forgetful", async (folder) => {
      const { layout } = openStore(path.join(folder, "store"));
      const readModels = forgetful(fileStore({ path: path.join(layout.registryDir, "checkpoints"), flushEvents: 1 }));
      const registry = openLabRegistry(layout, { kind: "file", readModels });
      let made = 0;
      const told = { operation: () => {}, bound: () => {} };
      const operate = createOperations(
        () => registry,
        createRandom(seed),
        told,
        () => timeOf(1, made++),
      );
      for (let n = 0; n < OPERATIONS; n++) await operate();
      await registry.close();
      return judgeRegistry(layout, [], { kind: "file" });
    }),
};
