import { type Declare } from "../program.js";
import { withFilters } from "./filters.js";

/** The commands that print what is in session logs. */
export function declareReading({ define, action }: Declare): void {
  withFilters(
    define(
      "ls",
      "list sessions with their events and how they stand, the latest first",
      "agentlog ls --limit 50",
      "agentlog ls --agent claude --since 7d",
    ),
    "20",
  ).action(action(async () => (await import("../commands/ls.js")).ls));
  define("show <session>", "print what is known of a session", "agentlog show 01a1f921", "agentlog show parser").action(
    action(async () => (await import("../commands/show.js")).show),
  );
  define(
    "log <session>",
    "print a session's events, the oldest first",
    "agentlog log 01a1f921 --from 100 --to 200",
    "agentlog log 01a1f921 --type tool.called --count",
  )
    .option("--from <n>", "from event #n on")
    .option("--to <n>", "up to and with event #n")
    .option("--type <type>", "only events of this type, such as tool.called; * stands for anything")
    .option("--count", "print how many there are instead")
    .action(action(async () => (await import("../commands/log.js")).log));
  define(
    "tail [session]",
    "print a session's last events, and with -f those to come",
    "agentlog tail --latest -f",
    "agentlog tail --active -f --json",
  )
    .option("--latest", "the session with the latest event")
    .option("--active", "every session that is running now, and with -f those that start")
    .option("-f, --follow", "print events as they come, until interrupted")
    .option("-n, --lines <n>", "begin with so many of the last events", "10")
    .action(action(async () => (await import("../commands/tail.js")).tail));
}
