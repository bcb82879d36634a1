import { now } from "../clock.js";
import { openStore } from "@agentlog/durable-fs";
import { openRegistry } from "@agentlog/session-registry";
import { type Job, microsSince } from "./job.js";

/** Forgets a registry's read model and folds its whole log. */
export const rebuild: Job = async ({ root = "" }) => {
  await using registry = openRegistry(openStore(root));
  const started = now();
  const { events } = await registry.rebuild();
  return { micros: microsSince(started), events };
};
