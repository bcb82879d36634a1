import { type Declare } from "../program.js";
import { several } from "./filters.js";

/** The commands with which people say what sessions are and how they are related. */
export function declareRegistry({ define, action }: Declare): void {
  define(
    "alias <session> [name]",
    "give a session a short name that every command takes",
    "agentlog alias 01a1f921 parser-rewrite",
  )
    .option("--clear", "take the alias away")
    .option("--dry-run", "say what would be changed, and change nothing")
    .action(action(async () => (await import("../commands/alias.js")).alias));
  for (const [name, what] of [
    ["link", "say that a session belongs to tasks or projects"],
    ["unlink", "say that a session does not belong to tasks or projects any more"],
  ] as const) {
    define(`${name} <session>`, what, `agentlog ${name} 01a1f921 --task T-42 --project core`)
      .option("--task <task>", "a task; may be given several times", several)
      .option("--project <project>", "a project; may be given several times", several)
      .option("--dry-run", "say what would be changed, and change nothing")
      .action(action(async () => (await import("../commands/link.js"))[name]));
  }
  define(
    "parent <session> [parent]",
    "say by hand which session a session came from",
    "agentlog parent 01a1f921 01a1e300",
  )
    .option("--clear", "say that it came from no other, whatever agents tell")
    .option("--dry-run", "say what would be changed, and change nothing")
    .action(action(async () => (await import("../commands/parent.js")).parent));
  define(
    "close <session>",
    "say how the work of a session ended",
    'agentlog close parser --outcome blocked --reason "no access"',
  )
    .option("--outcome <outcome>", "done, blocked, abandoned, merged or superseded", "done")
    .option("--reason <text>", "why")
    .option("--dry-run", "say what would be changed, and change nothing")
    .action(action(async () => (await import("../commands/close.js")).close));
  define("reopen <session>", "take a closing back: the work goes on", "agentlog reopen parser")
    .option("--dry-run", "say what would be changed, and change nothing")
    .action(action(async () => (await import("../commands/close.js")).reopen));
  define(
    "merge <session> <into>",
    "make a session part of another one: one piece of work in two logs",
    "agentlog merge 01a1f921 01a1e300",
  )
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
    "take an agent's native session out of a session that it was joined to by mistake",
    "agentlog unbind 01a1e300 7c9e6679",
  )
    .option("--dry-run", "say what would be changed, and change nothing")
    .action(action(async () => (await import("../commands/merge.js")).unbind));
  define(
    "sweep",
    "mark sessions without anything new for long as idle or archived; deletes nothing",
    "agentlog sweep --dry-run",
  )
    .option("--idle-days <n>", "idle after so many days", "14")
    .option("--archive-days <n>", "archived after so many days", "30")
    .option("--dry-run", "say what would be changed, and change nothing")
    .action(action(async () => (await import("../commands/sweep.js")).sweep));
  define(
    "rebuild",
    "make the registry's index anew, and take in sessions that it has missed",
    "agentlog rebuild --json",
  ).action(action(async () => (await import("../commands/rebuild.js")).rebuild));
}
