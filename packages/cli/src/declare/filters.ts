import { type Command } from "commander";

/** The filters of `find` and `ls`. */
export function withFilters(command: Command, limit: string): Command {
  return command
    .option("--task <task>", "linked to this task")
    .option("--project <project>", "linked to this project")
    .option("--alias <alias>", "with this alias")
    .option("--branch <branch>", "on this branch, at the start or now")
    .option("--cwd <dir>", "in this folder or below it")
    .option("--agent <agent>", "only this agent's")
    .option("--state <state>", "active, idle or archived")
    .option("--outcome <outcome>", "open, done, blocked, abandoned, merged or superseded")
    .option("--since <when>", "seen since then: 90m, 12h, 7d, 2w or a date")
    .option("--until <when>", "not seen since then")
    .option("--limit <n>", "at most this many", limit);
}

/** Collects an option that may be given several times. */
export function several(value: string, all: readonly string[] | undefined): readonly string[] {
  return [...(all ?? []), value];
}
