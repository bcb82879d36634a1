import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { cleanEnvironment } from "./clean-environment.js";
import { type JobName, type JobResult } from "./jobs/job.js";

const CHILD = fileURLToPath(new URL("job-child.js", import.meta.url));

/** Does something in a fresh process of the running Node, and hands back what it measured there. */
export function runJob(job: JobName, args: Readonly<Record<string, string | number>>): JobResult {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHILD, job, JSON.stringify(args)], {
    encoding: "utf8",
    env: cleanEnvironment(),
  });
  if (status !== 0) throw new Error(`${job} failed: ${stderr}`);
  return JSON.parse(stdout) as JobResult;
}
