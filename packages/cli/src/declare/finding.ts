import { type Declare } from "../program.js";
import { withFilters } from "./filters.js";

/** The commands that tell which sessions there are. */
export function declareFinding({ define, action }: Declare): void {
  withFilters(
    define(
      "find [words...]",
      "find sessions by words of their alias, title, first prompt, tasks and projects",
      "agentlog find parser rewrite",
      "agentlog find --branch main --since 7d",
      "agentlog find --task T-42 --json",
    ).option("--text <words>", "words to find; the same as naming them without an option"),
    "50",
  ).action(action(async () => (await import("../commands/find.js")).find));
  define(
    "tree [session]",
    "draw which session came from which: forks, sub-agents, cleared conversations",
    "agentlog tree",
    "agentlog tree 01a1f921 --json",
  )
    .option("--limit <n>", "at most this many trees", "20")
    .action(action(async () => (await import("../commands/tree.js")).tree));
}
