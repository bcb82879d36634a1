import { now } from "../clock.js";
export type JobName = "append-once" | "get-once" | "read-agentlog" | "read-readline" | "parse-lines" | "rebuild";

/** What a fresh process measured. */
export interface JobResult {
  /** Of the work alone, without the start of the process. */
  readonly micros: number;
  /** What it met: so that nobody is fast by doing less. */
  readonly events: number;
  /** The most memory the process ever had, in MB. */
  readonly peakMB: number;
}

export type Job = (
  args: Readonly<Record<string, string>>,
) => Promise<{ readonly micros: number; readonly events: number }>;

export const peakMB = (): number => process.resourceUsage().maxRSS / 1024;

/** Milliseconds of performance.now as microseconds. */
export const microsSince = (started: number): number => (now() - started) * 1000;
