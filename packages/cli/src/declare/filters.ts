import { type Command } from "commander";

/** The filters of `find` and `ls`. */
export function withFilters(command: Command, limit: string): Command {
  return command
    .option("--task <task>", "linked to this task, as agentlog link says")
    .option("--project <project>", "linked to this project, as agentlog link says")
    .option("--alias <alias>", "the one with this alias")
    .option("--branch <branch>", "that were on this git branch, at the start or now")
    .option("--cwd <dir>", "that worked in this folder or below it")
    .option("--agent <agent>", "only this agent's, such as claude")
    .option("--state <state>", "active, idle or archived, as sweep marked them")
    .option("--outcome <outcome>", "open, or what close said: done, blocked, abandoned, merged, superseded")
    .option("--since <when>", "with something new since then: 90m, 12h, 7d, 2w ago, or a date")
    .option("--until <when>", "with nothing new since then")
    .option("--limit <n>", "at most this many", limit);
}

/** Collects an option that may be given several times. */
export function several(value: string, all: readonly string[] | undefined): readonly string[] {
  return [...(all ?? []), value];
}
