import path from "node:path";
import { type Activity, type FindFilter, type Outcome } from "@agentlog/session-registry";
import { agentlogError } from "@agentlog/types";
import { wholeNumber } from "./numbers.js";
import { pointInTime } from "./when.js";

/** The filters of `find` and `ls`, as they were typed. */
export interface FilterOptions {
  readonly text?: string;
  readonly task?: string;
  readonly project?: string;
  readonly alias?: string;
  readonly branch?: string;
  readonly cwd?: string;
  readonly agent?: string;
  readonly state?: string;
  readonly outcome?: string;
  readonly since?: string;
  readonly until?: string;
  readonly limit: string;
}

export const ACTIVITIES: readonly Activity[] = ["active", "idle", "archived"];
export const OUTCOMES: readonly Outcome[] = ["open", "done", "blocked", "abandoned", "merged", "superseded"];

/** Throws `USAGE` for a word that is none of those that a filter takes. */
export function toFilter(options: FilterOptions, cwd: string): FindFilter {
  const { text, task, project, alias, branch, agent, since, until } = options;
  return {
    text,
    task,
    project,
    alias,
    branch,
    agent,
    cwd: options.cwd === undefined ? undefined : path.resolve(cwd, options.cwd),
    activity: oneOf(options.state, ACTIVITIES, "--state"),
    outcome: oneOf(options.outcome, OUTCOMES, "--outcome"),
    since: since === undefined ? undefined : pointInTime(since, "--since"),
    until: until === undefined ? undefined : pointInTime(until, "--until"),
    limit: wholeNumber(options.limit, "--limit"),
  };
}

export function oneOf<T extends string>(given: string | undefined, known: readonly T[], option: string): T | undefined {
  if (given === undefined) return undefined;
  const found = known.find((one) => one === given);
  if (found !== undefined) return found;
  const hint = `give one of ${known.join(", ")}`;
  throw agentlogError("USAGE", `${option} is ${JSON.stringify(given.slice(0, 40))}; ${hint}`, { hint });
}
