import { type Declare } from "../program.js";
import { several } from "./filters.js";

/** The commands with which people say what sessions are and how they are related. */
export function declareRegistry({ define, action }: Declare): void {
  define("alias <session> [name]", "give a session a name to find it by", "agentlog alias 01a1f921 parser-rewrite")
    .option("--clear", "take its alias away")
    .option("--dry-run", "say what would be changed, and change nothing")
    .action(action(async () => (await import("../commands/alias.js")).alias));
  for (const [name, what] of [
    ["link", "say that a session belongs to tasks or projects"],
    ["unlink", "say that it does not any more"],
  ] as const) {
    define(`${name} <session>`, what, `agentlog ${name} 01a1f921 --task T-42 --project core`)
      .option("--task <task>", "a task; may be given several times", several)
      .option("--project <project>", "a project; may be given several times", several)
      .option("--dry-run", "say what would be changed, and change nothing")
      .action(action(async () => (await import("../commands/link.js"))[name]));
  }
  define("parent <session> [parent]", "say which session another one came from", "agentlog parent 01a1f921 01a1e300")
    .option("--clear", "say that it came from none")
    .option("--dry-run", "say what would be changed, and change nothing")
    .action(action(async () => (await import("../commands/parent.js")).parent));
  define(
    "close <session>",
    "say how a piece of work ended",
    'agentlog close parser --outcome blocked --reason "no access"',
  )
    .option("--outcome <outcome>", "done, blocked, abandoned, merged or superseded", "done")
    .option("--reason <text>", "why")
    .option("--dry-run", "say what would be changed, and change nothing")
    .action(action(async () => (await import("../commands/close.js")).close));
  define("reopen <session>", "say that it goes on after all", "agentlog reopen parser")
    .option("--dry-run", "say what would be changed, and change nothing")
    .action(action(async () => (await import("../commands/close.js")).reopen));
  define("merge <session> <into>", "make two sessions one piece of work", "agentlog merge 01a1f921 01a1e300")
    .option("--dry-run", "say what would be changed, and change nothing")
    .action(action(async () => (await import("../commands/merge.js")).merge));
  define(
    "split <session> <part>",
    "undo a merge: make what was merged into a session one of its own again",
    "agentlog split 01a1e300 01a1f921",
  )
    .option("--dry-run", "say what would be changed, and change nothing")
    .action(action(async () => (await import("../commands/merge.js")).split));
  define(
    "unbind <session> <native>",
    "take an agent's own session out, to be resolved anew when it is seen again",
    "agentlog unbind 01a1e300 7c9e6679",
  )
    .option("--dry-run", "say what would be changed, and change nothing")
    .action(action(async () => (await import("../commands/merge.js")).unbind));
  define("sweep", "mark sessions that have been quiet for long as idle or archived", "agentlog sweep --dry-run")
    .option("--idle-days <n>", "idle after so many days", "14")
    .option("--archive-days <n>", "archived after so many days", "30")
    .option("--dry-run", "say what would be changed, and change nothing")
    .action(action(async () => (await import("../commands/sweep.js")).sweep));
  define(
    "rebuild",
    "fold the registry anew, and bring it and the session logs together",
    "agentlog rebuild --json",
  ).action(action(async () => (await import("../commands/rebuild.js")).rebuild));
}
