import { type Job, type JobName, type JobResult, peakMB } from "./jobs/job.js";

/** One job in a process of its own: `job-child.js <name> <arguments as JSON>`; the answer is JSON on stdout. */

// Loaded when asked for, so that the memory and the start of one are not those of all.
const JOBS: Readonly<Record<JobName, () => Promise<Job>>> = {
  "append-once": async () => (await import("./jobs/append-once.js")).appendOnce,
  "get-once": async () => (await import("./jobs/get-once.js")).getOnce,
  "read-agentlog": async () => (await import("./jobs/read-agentlog.js")).readAgentlog,
  "read-readline": async () => (await import("./jobs/read-readline.js")).readReadline,
  "parse-lines": async () => (await import("./jobs/parse-lines.js")).parseLines,
  rebuild: async () => (await import("./jobs/rebuild.js")).rebuild,
};

const [name, args] = process.argv.slice(2);
const job = await JOBS[name as JobName]();
const answer = await job(JSON.parse(args ?? "{}") as Readonly<Record<string, string>>);
const result: JobResult = { ...answer, peakMB: peakMB() };
process.stdout.write(JSON.stringify(result));
